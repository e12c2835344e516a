output "usd" {
  description = "US dollars a month: the expected cost and a reserve, rounded up to 50."
  value       = ceil(local.expected * local.reserve / 50) * 50
}
