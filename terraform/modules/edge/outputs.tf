# Made from packages/cdktf by "npm run module". Change the construct, not this file.

output "domain_target" {
  value = aws_cloudfront_distribution.front_distribution.domain_name
}
