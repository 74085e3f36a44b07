# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_cloudwatch_event_rule" "bounces" {
  count          = local.mails_with_ses ? 1 : 0
  description    = "Mail of secret-handoff that bounced for good"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source = ["aws.ses"]
    detail = {
      eventType = ["Bounce"]
      bounce = {
        bounceType = ["Permanent"]
      }
      mail = {
        tags = {
          handoff = [
            {
              exists = true
            },
          ]
        }
      }
    }
  })
  name = "${var.name}-bounces"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "mail_failure_rule" {
  count       = local.mails_with_ses ? 1 : 0
  description = "Mail of secret-handoff that did not arrive"
  event_pattern = jsonencode({
    source = ["aws.ses"]
    detail = {
      mail = {
        tags = {
          "ses:configuration-set" = [aws_sesv2_configuration_set.mail_configuration_set[0].configuration_set_name]
        }
      }
    }
  })
  name = "${var.name}-mail-failures"
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "bounces_target" {
  count          = local.mails_with_ses ? 1 : 0
  arn            = aws_lambda_function.sweeper_function.arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.bounces[0].name
  target_id      = "sweeper"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      handoff = "$.detail.mail.tags.handoff[0]"
      message = "$.detail.mail.messageId"
    }
    input_template = "{\"bounced\":\"<handoff>\",\"messageId\":\"<message>\"}"
  }
}

resource "aws_cloudwatch_event_target" "mail_to_bus" {
  count     = local.mails_with_ses ? 1 : 0
  arn       = aws_cloudwatch_event_bus.events_bus.arn
  role_arn  = aws_iam_role.mail_forwarding_role[0].arn
  rule      = aws_cloudwatch_event_rule.mail_failure_rule[0].name
  target_id = "audit-bus"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }
}

resource "aws_iam_role" "mail_forwarding_role" {
  count = local.mails_with_ses ? 1 : 0
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "TheseOnly"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [aws_cloudwatch_event_rule.mail_failure_rule[0].arn]
          }
        }
      },
    ]
  })
  description          = "secret-handoff: forwards events to another bus"
  name                 = "${var.name}-mail-failures"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "mail_forwarding_policy" {
  count = local.mails_with_ses ? 1 : 0
  name  = "forward"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ForwardEvents"
        Effect   = "Allow"
        Action   = ["events:PutEvents"]
        Resource = [aws_cloudwatch_event_bus.events_bus.arn]
      },
    ]
  })
  role = aws_iam_role.mail_forwarding_role[0].name
}

resource "aws_lambda_permission" "bounces_permission" {
  count         = local.mails_with_ses ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.sweeper_function.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.bounces[0].arn
}

resource "aws_sesv2_configuration_set" "mail_configuration_set" {
  count                  = local.mails_with_ses ? 1 : 0
  configuration_set_name = var.name
  tags                   = var.tags

  delivery_options {
    tls_policy = local.ses.tls_policy
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  sending_options {
    sending_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }

  vdm_options {
    dashboard_options {
      engagement_metrics = "DISABLED"
    }

    guardian_options {
      optimized_shared_delivery = "DISABLED"
    }
  }
}

resource "aws_sesv2_configuration_set_event_destination" "mail_failures" {
  count                  = local.mails_with_ses ? 1 : 0
  configuration_set_name = aws_sesv2_configuration_set.mail_configuration_set[0].configuration_set_name
  event_destination_name = "failures"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]

    event_bridge_destination {
      event_bus_arn = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:events:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 3)}:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)}:event-bus/default"
    }
  }
}
