# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_cloudwatch_event_bus" "events_bus" {
  name = var.name
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "events_every_event" {
  count          = (local.events.topic != null || local.events.log_retention_days != null || local.events.bus != null) ? 1 : 0
  description    = "Every audit event of secret-handoff"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source = ["secret-handoff"]
  })
  name = "${var.name}-every-event"
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "events_to_bus" {
  count          = local.events.bus != null ? 1 : 0
  arn            = local.events.bus.arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  role_arn       = aws_iam_role.events_forwarding_role[0].arn
  rule           = aws_cloudwatch_event_rule.events_every_event[0].name
  target_id      = "bus"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }
}

resource "aws_cloudwatch_event_target" "events_to_log" {
  count          = local.events.log_retention_days != null ? 1 : 0
  arn            = aws_cloudwatch_log_group.events_log[0].arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.events_every_event[0].name
  target_id      = "log"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }
}

resource "aws_cloudwatch_event_target" "events_to_topic" {
  count          = local.events.topic != null ? 1 : 0
  arn            = local.events.topic.arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.events_every_event[0].name
  target_id      = "topic"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }
}

resource "aws_cloudwatch_log_group" "events_log" {
  count             = local.events.log_retention_days != null ? 1 : 0
  name              = "/aws/events/${var.name}"
  retention_in_days = local.events.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "events_log_policy" {
  count = local.events.log_retention_days != null ? 1 : 0
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "EventsAreLogged"
        Effect = "Allow"
        Principal = {
          Service = ["delivery.logs.amazonaws.com", "events.amazonaws.com"]
        }
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.events_log[0].arn}:*"]
      },
    ]
  })
  policy_name = "${var.name}-events"
}

resource "aws_iam_role" "events_forwarding_role" {
  count = local.events.bus != null ? 1 : 0
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
            "aws:SourceArn" = [aws_cloudwatch_event_rule.events_every_event[0].arn]
          }
        }
      },
    ]
  })
  description          = "secret-handoff: forwards events to another bus"
  name                 = "${var.name}-events-out"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "events_forwarding_policy" {
  count = local.events.bus != null ? 1 : 0
  name  = "forward"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ForwardEvents"
        Effect   = "Allow"
        Action   = ["events:PutEvents"]
        Resource = [local.events.bus.arn]
      },
    ]
  })
  role = aws_iam_role.events_forwarding_role[0].name
}

resource "aws_sqs_queue" "undelivered_queue" {
  message_retention_seconds = 345600
  name                      = "${var.name}-undelivered"
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "undelivered_queue_policy" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RulesKeepWhatTheyCannotDeliver"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.undelivered_queue.arn]
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = compact([
              one(aws_cloudwatch_event_rule.events_every_event[*].arn),
              one(aws_cloudwatch_event_rule.mail_failure_rule[*].arn),
              one(aws_cloudwatch_event_rule.bounces[*].arn),
              one(aws_cloudwatch_event_rule.reactions_undelivered_notice_rule[*].arn),
              one(aws_cloudwatch_event_rule.reactions_reported_notice_rule[*].arn),
              one(aws_cloudwatch_event_rule.reactions_rotate_rule[*].arn),
              one(aws_cloudwatch_event_rule.on_rotated_rule[*].arn),
              aws_cloudwatch_event_rule.alarms_locked_rule.arn,
              aws_cloudwatch_event_rule.alarms_codes_spent_rule.arn,
              aws_cloudwatch_event_rule.alarms_reported_rule.arn,
              aws_cloudwatch_event_rule.alarms_denied_rule.arn,
              aws_cloudwatch_event_rule.alarms_refusals_burst_rule.arn,
              one(aws_cloudwatch_event_rule.alarms_undelivered_rule[*].arn),
            ])
          }
        }
      },
    ]
  })
  queue_url = aws_sqs_queue.undelivered_queue.url
}
