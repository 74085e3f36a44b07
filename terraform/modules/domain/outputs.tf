# Made from packages/cdktf by "npm run module". Change the construct, not this file.

output "domain_target" {
  value = aws_apigatewayv2_domain_name.host_name_domain.domain_name_configuration[0].target_domain_name
}
