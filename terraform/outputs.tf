# Made from packages/cdktf by "npm run module". Change the construct, not this file.

output "alarm_topic_arn" {
  value = local.alarm_topic_arn
}

output "api_endpoint" {
  value = aws_apigatewayv2_api.http_api.api_endpoint
}

output "api_id" {
  value = aws_apigatewayv2_api.http_api.id
}

output "audit_table_name" {
  value = aws_dynamodb_table.tables_audit.name
}

output "endpoint" {
  value = coalesce(var.origin, aws_apigatewayv2_api.http_api.api_endpoint)
}

output "event_bus_arn" {
  value = aws_cloudwatch_event_bus.events_bus.arn
}

output "event_bus_name" {
  value = aws_cloudwatch_event_bus.events_bus.name
}

output "mail_configuration_set" {
  value = one(aws_sesv2_configuration_set.mail_configuration_set[*].configuration_set_name)
}

output "mail_configuration_set_arn" {
  value = one(aws_sesv2_configuration_set.mail_configuration_set[*].arn)
}

output "mail_identity_arn" {
  value = one(local.ses[*].identity_arn)
}

output "operator_endpoint" {
  value = var.close_default_endpoint ? var.origin : aws_apigatewayv2_api.http_api.api_endpoint
}

output "operator_policy_arn" {
  value = aws_iam_policy.operators.arn
}

output "recipient_key_arns" {
  value = compact([aws_kms_key.recipients_mac.arn, one(aws_kms_key.recipients_address[*].arn)])
}

output "seal_key_arn" {
  value = aws_kms_key.seals_key.arn
}

output "stage_id" {
  value = aws_apigatewayv2_stage.http_stage.id
}
