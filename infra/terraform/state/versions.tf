terraform {
  required_version = ">= 1.11" # S3's own locking of the state

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # No backend: this root makes the one that the others use.
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = var.project
      Environment = "all"
      ManagedBy   = "terraform"
      Phase       = "state"
    }
  }
}
