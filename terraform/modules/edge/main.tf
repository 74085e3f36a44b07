# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_acm_certificate" "front_certificate_certificate" {
  count             = var.certificate == null ? 1 : 0
  provider          = aws.us_east_1
  domain_name       = var.host
  tags              = var.tags
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate_validation" "front_certificate_validation" {
  count                   = var.certificate == null ? 1 : 0
  provider                = aws.us_east_1
  certificate_arn         = aws_acm_certificate.front_certificate_certificate[0].arn
  validation_record_fqdns = [aws_route53_record.front_certificate_validation_record[0].fqdn]
}

resource "aws_cloudfront_distribution" "front_distribution" {
  aliases         = [var.host]
  comment         = var.name
  enabled         = true
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = var.price_class
  tags            = var.tags
  web_acl_id      = aws_wafv2_web_acl.front_web_acl.arn

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 404
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 405
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 414
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 500
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 501
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 502
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 503
  }

  custom_error_response {
    error_caching_min_ttl = 0
    error_code            = 504
  }

  default_cache_behavior {
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cache_policy_id          = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    cached_methods           = ["GET", "HEAD"]
    compress                 = true
    origin_request_policy_id = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    target_origin_id         = "api"
    viewer_protocol_policy   = "redirect-to-https"
  }

  origin {
    domain_name = replace(var.api_endpoint, "https://", "")
    origin_id   = "api"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate == null ? one(aws_acm_certificate_validation.front_certificate_validation[*].certificate_arn) : var.certificate.arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}

resource "aws_route53_record" "front_certificate_validation_record" {
  count           = var.certificate == null ? 1 : 0
  allow_overwrite = true
  name            = tolist(aws_acm_certificate.front_certificate_certificate[0].domain_validation_options).0.resource_record_name
  records = [
    tolist(aws_acm_certificate.front_certificate_certificate[0].domain_validation_options).0.resource_record_value,
  ]
  ttl     = 300
  type    = tolist(aws_acm_certificate.front_certificate_certificate[0].domain_validation_options).0.resource_record_type
  zone_id = var.hosted_zone_id
}

resource "aws_route53_record" "front_record_a" {
  name    = var.host
  type    = "A"
  zone_id = var.hosted_zone_id

  alias {
    evaluate_target_health = false
    name                   = aws_cloudfront_distribution.front_distribution.domain_name
    zone_id                = "Z2FDTNDATAQYW2"
  }
}

resource "aws_route53_record" "front_record_aaaa" {
  name    = var.host
  type    = "AAAA"
  zone_id = var.hosted_zone_id

  alias {
    evaluate_target_health = false
    name                   = aws_cloudfront_distribution.front_distribution.domain_name
    zone_id                = "Z2FDTNDATAQYW2"
  }
}

resource "aws_wafv2_web_acl" "front_web_acl" {
  provider = aws.us_east_1
  name     = var.name
  scope    = "CLOUDFRONT"
  tags     = var.tags

  default_action {
    allow {
    }
  }

  rule {
    name     = "requests-per-address"
    priority = 0

    action {
      block {
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type = "IP"
        limit              = var.requests_per_address

        scope_down_statement {
          not_statement {
            statement {
              byte_match_statement {
                positional_constraint = "STARTS_WITH"
                search_string         = "/v1/sender/"

                field_to_match {
                  uri_path {
                  }
                }

                text_transformation {
                  priority = 0
                  type     = "NORMALIZE_PATH"
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "requests-per-address"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "senders-requests-per-address"
    priority = 1

    action {
      block {
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type = "IP"
        limit              = 5000

        scope_down_statement {
          byte_match_statement {
            positional_constraint = "STARTS_WITH"
            search_string         = "/v1/sender/"

            field_to_match {
              uri_path {
              }
            }

            text_transformation {
              priority = 0
              type     = "NORMALIZE_PATH"
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "senders-requests-per-address"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "AWSManagedRulesAmazonIpReputationList"
    priority = 2

    override_action {
      none {
      }
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesAmazonIpReputationList"
        vendor_name = "AWS"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "AWSManagedRulesAmazonIpReputationList"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "AWSManagedRulesKnownBadInputsRuleSet"
    priority = 3

    override_action {
      none {
      }
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "AWSManagedRulesKnownBadInputsRuleSet"
      sampled_requests_enabled   = false
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}
