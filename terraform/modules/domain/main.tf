# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_acm_certificate" "host_name_certificate_certificate" {
  count             = var.certificate == null ? 1 : 0
  domain_name       = var.host
  tags              = var.tags
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate_validation" "host_name_certificate_validation" {
  count                   = var.certificate == null ? 1 : 0
  certificate_arn         = aws_acm_certificate.host_name_certificate_certificate[0].arn
  validation_record_fqdns = [aws_route53_record.host_name_certificate_validation_record[0].fqdn]
}

resource "aws_apigatewayv2_api_mapping" "host_name_mapping" {
  api_id      = var.api_id
  domain_name = aws_apigatewayv2_domain_name.host_name_domain.id
  stage       = var.stage_id
}

resource "aws_apigatewayv2_domain_name" "host_name_domain" {
  domain_name = var.host
  tags        = var.tags

  domain_name_configuration {
    certificate_arn = var.certificate == null ? one(aws_acm_certificate_validation.host_name_certificate_validation[*].certificate_arn) : var.certificate.arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_route53_record" "host_name_certificate_validation_record" {
  count           = var.certificate == null ? 1 : 0
  allow_overwrite = true
  name            = tolist(aws_acm_certificate.host_name_certificate_certificate[0].domain_validation_options).0.resource_record_name
  records = [
    tolist(aws_acm_certificate.host_name_certificate_certificate[0].domain_validation_options).0.resource_record_value,
  ]
  ttl     = 300
  type    = tolist(aws_acm_certificate.host_name_certificate_certificate[0].domain_validation_options).0.resource_record_type
  zone_id = var.hosted_zone_id
}

resource "aws_route53_record" "host_name_record_a" {
  name    = var.host
  type    = "A"
  zone_id = var.hosted_zone_id

  alias {
    evaluate_target_health = false
    name                   = aws_apigatewayv2_domain_name.host_name_domain.domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.host_name_domain.domain_name_configuration[0].hosted_zone_id
  }
}
