# Where AWS offers MSK Serverless: 14 regions, read on 2026-11-30 in the Amazon MSK Developer Guide, "What is MSK
# Serverless?". There is no API that lists them.

locals {
  listed = [
    "ap-northeast-1", # Tokyo
    "ap-northeast-2", # Seoul
    "ap-south-1",     # Mumbai
    "ap-southeast-1", # Singapore
    "ap-southeast-2", # Sydney
    "ca-central-1",   # Canada (Central)
    "eu-central-1",   # Frankfurt
    "eu-north-1",     # Stockholm
    "eu-west-1",      # Ireland
    "eu-west-2",      # London
    "eu-west-3",      # Paris
    "us-east-1",      # Northern Virginia
    "us-east-2",      # Ohio
    "us-west-2",      # Oregon
  ]
}
