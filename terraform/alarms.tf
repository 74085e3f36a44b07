# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_cloudwatch_event_rule" "alarms_codes_spent_rule" {
  description    = "A handoff was locked because its codes were used up"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["locked"]
    detail = {
      outcome = ["codes_spent", "code_requests_spent"]
    }
  })
  name = "${var.name}-codes-spent"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "alarms_denied_rule" {
  description    = "A request for approval was denied"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["denied"]
  })
  name = "${var.name}-denied"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "alarms_locked_rule" {
  description    = "A handoff was locked by wrong answers"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["locked"]
    detail = {
      outcome = [
        {
          "anything-but" = ["codes_spent", "code_requests_spent"]
        },
      ]
    }
  })
  name = "${var.name}-locked"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "alarms_refusals_burst_rule" {
  description    = "A caller on a list was refused again and again"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["refused"]
    detail = {
      count = [
        {
          exists = true
        },
      ]
    }
  })
  name = "${var.name}-refusals-burst"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "alarms_reported_rule" {
  description    = "A handoff was reported"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["reported"]
  })
  name = "${var.name}-reported"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "alarms_undelivered_rule" {
  count          = length(local.critical_classes) > 0 ? 1 : 0
  description    = "A handoff of a critical class did not arrive"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["expired", "unconfirmed", "bounced"]
    detail = {
      class = local.critical_classes
    }
  })
  name = "${var.name}-undelivered"
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "alarms_codes_spent_target" {
  arn            = local.alarm_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.alarms_codes_spent_rule.name
  target_id      = "alarms"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      class   = "$.detail.class"
      handoff = "$.detail.handoff"
      time    = "$.detail.time"
    }
    input_template = "\"secret-handoff: handoff <handoff> (<class>) was locked: codes were asked for, or typed wrong, too often. Ask the recipient whether it was them. If not, somebody has the link without the mailbox: send again to a checked address. <time>\""
  }
}

resource "aws_cloudwatch_event_target" "alarms_denied_target" {
  arn            = local.alarm_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.alarms_denied_rule.name
  target_id      = "alarms"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      class   = "$.detail.class"
      request = "$.detail.request"
      time    = "$.detail.time"
    }
    input_template = "\"secret-handoff: request <request> (<class>) was denied. Read the denial's comment, and whether the requester expected it: a request that nobody made on purpose means that a workflow or an identity is not in the right hands. <time>\""
  }
}

resource "aws_cloudwatch_event_target" "alarms_locked_target" {
  arn            = local.alarm_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.alarms_locked_rule.name
  target_id      = "alarms"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      class   = "$.detail.class"
      handoff = "$.detail.handoff"
      time    = "$.detail.time"
    }
    input_template = "\"secret-handoff: handoff <handoff> (<class>) was locked: five wrong answers. Ask the recipient whether it was them. If not, somebody else has the link: revoke what else went to that address. <time>\""
  }
}

resource "aws_cloudwatch_event_target" "alarms_refusals_burst_target" {
  arn            = local.alarm_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.alarms_refusals_burst_rule.name
  target_id      = "alarms"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      time = "$.detail.time"
    }
    input_template = "\"secret-handoff: a caller on the lists was refused more than ten times in five minutes. The event of type refused of <time> in the trail names it and the reason: a workflow to repair, or one that tries what it may not.\""
  }
}

resource "aws_cloudwatch_event_target" "alarms_reported_target" {
  arn            = local.alarm_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.alarms_reported_rule.name
  target_id      = "alarms"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      class   = "$.detail.class"
      handoff = "$.detail.handoff"
      time    = "$.detail.time"
    }
    input_template = "\"secret-handoff: handoff <handoff> (<class>) was reported by its recipient: not expected, or not opened by them. If it had been opened, rotate the secret. <time>\""
  }
}

resource "aws_cloudwatch_event_target" "alarms_undelivered_target" {
  count          = length(local.critical_classes) > 0 ? 1 : 0
  arn            = local.alarm_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.alarms_undelivered_rule[0].name
  target_id      = "alarms"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  input_transformer {
    input_paths = {
      class   = "$.detail.class"
      handoff = "$.detail.handoff"
      time    = "$.detail.time"
      type    = "$.detail.type"
    }
    input_template = "\"secret-handoff: handoff <handoff> of the critical class <class> did not arrive: <type>. After unconfirmed somebody has opened it and may have the secret: rotate it and send again. After expired or bounced, reach the recipient another way. <time>\""
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_codes_filter" {
  log_group_name = aws_cloudwatch_log_group.recipient_logs.name
  name           = "${var.name}-codes-asked-again"
  pattern        = "\"codes_asked_again\""

  metric_transformation {
    name      = "CodesAskedAgain"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_mangled_filter" {
  log_group_name = aws_cloudwatch_log_group.recipient_logs.name
  name           = "${var.name}-link-mangled"
  pattern        = "\"link_mangled\""

  metric_transformation {
    name      = "LinkMangled"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_many_filter" {
  log_group_name = aws_cloudwatch_log_group.recipient_logs.name
  name           = "${var.name}-link-asked-from-many"
  pattern        = "\"link_asked_from_many\""

  metric_transformation {
    name      = "LinkAskedFromMany"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_refused_filter" {
  log_group_name = aws_cloudwatch_log_group.sender_logs.name
  name           = "${var.name}-refused-anonymous"
  pattern        = "\"refused_anonymous\""

  metric_transformation {
    name      = "AnonymousRefused"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_sealed_filter" {
  log_group_name = aws_cloudwatch_log_group.sealer_logs.name
  name           = "${var.name}-day-sealed"
  pattern        = "\"day_sealed\""

  metric_transformation {
    name      = "DaySealed"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_undrained_filter" {
  log_group_name = aws_cloudwatch_log_group.drainer_logs.name
  name           = "${var.name}-drain-failed"
  pattern        = "\"drain_failed\""

  metric_transformation {
    name      = "DrainFailed"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "alarms_unmailed_filter" {
  log_group_name = aws_cloudwatch_log_group.recipient_logs.name
  name           = "${var.name}-code-mail-failed"
  pattern        = "\"code_mail_failed\""

  metric_transformation {
    name      = "CodeMailFailed"
    namespace = "SecretHandoff/${var.name}"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "alarms_audit_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "DynamoDB throttled requests to the table of audit."
  alarm_name          = "${var.name}-audit-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  ok_actions          = [local.alarm_topic_arn]
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    expression  = "SUM(METRICS())"
    id          = "throttled"
    label       = "throttled requests"
    return_data = true
  }

  metric_query {
    id = "batchgetitem"

    metric {
      dimensions = {
        Operation = "BatchGetItem"
        TableName = aws_dynamodb_table.tables_audit.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "deleteitem"

    metric {
      dimensions = {
        Operation = "DeleteItem"
        TableName = aws_dynamodb_table.tables_audit.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "getitem"

    metric {
      dimensions = {
        Operation = "GetItem"
        TableName = aws_dynamodb_table.tables_audit.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "putitem"

    metric {
      dimensions = {
        Operation = "PutItem"
        TableName = aws_dynamodb_table.tables_audit.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "query"

    metric {
      dimensions = {
        Operation = "Query"
        TableName = aws_dynamodb_table.tables_audit.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "updateitem"

    metric {
      dimensions = {
        Operation = "UpdateItem"
        TableName = aws_dynamodb_table.tables_audit.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "alarms_code_mail_failing" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "A code could not be mailed, and its recipient waits for it: SES or the mail server refused it or did not answer. The recipient function's log names the error. Look at the identity, the account's sending, or the server's credentials."
  alarm_name          = "${var.name}-code-mail-failing"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "CodeMailFailed"
  namespace           = "SecretHandoff/${var.name}"
  ok_actions          = [local.alarm_topic_arn]
  period              = 300
  statistic           = "Sum"
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_codes_asked_again" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "A fourth code for one link was asked for in ten minutes. The recipient function's log names the handoff. Ask the recipient whether it was them; if not, somebody has the link without the mailbox: revoke it and send again."
  alarm_name          = "${var.name}-codes-asked-again"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "CodesAskedAgain"
  namespace           = "SecretHandoff/${var.name}"
  ok_actions          = [local.alarm_topic_arn]
  period              = 300
  statistic           = "Sum"
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_dispatch_failing" {
  count               = local.on_rotated != null ? 1 : 0
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "A rotation started no delivery: GitHub refused the call, or could not be reached for a day. Look at the connection's token."
  alarm_name          = "${var.name}-dispatch-failing"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    RuleName = aws_cloudwatch_event_rule.on_rotated_rule[0].name
  }
  evaluation_periods = 1
  metric_name        = "FailedInvocations"
  namespace          = "AWS/Events"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_drainer_behind" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The drainer is more than five minutes behind."
  alarm_name          = "${var.name}-drainer-behind"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.drainer_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "IteratorAge"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Maximum"
  tags               = var.tags
  threshold          = 300000
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_drainer_failing" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The drainer fails: audit events are late. The sweeper drains what it finds."
  alarm_name          = "${var.name}-drainer-failing"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  ok_actions          = [local.alarm_topic_arn]
  tags                = var.tags
  threshold           = 3
  treat_missing_data  = "notBreaching"

  metric_query {
    expression  = "SUM(METRICS())"
    id          = "failing"
    label       = "failures"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      dimensions = {
        FunctionName = aws_lambda_function.drainer_function.function_name
      }
      metric_name = "Errors"
      namespace   = "AWS/Lambda"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "undrained"

    metric {
      metric_name = "DrainFailed"
      namespace   = "SecretHandoff/${var.name}"
      period      = 300
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "alarms_drainer_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The drainer function ran into the account's concurrency limit."
  alarm_name          = "${var.name}-drainer-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.drainer_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Throttles"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_events_undelivered" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "EventBridge could not deliver an event to its target for a day. The queue's messages name the rule and the reason."
  alarm_name          = "${var.name}-events-undelivered"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    QueueName = aws_sqs_queue.undelivered_queue.name
  }
  evaluation_periods = 1
  metric_name        = "ApproximateNumberOfMessagesVisible"
  namespace          = "AWS/SQS"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Maximum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_handoffs_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "DynamoDB throttled requests to the table of handoffs."
  alarm_name          = "${var.name}-handoffs-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  ok_actions          = [local.alarm_topic_arn]
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    expression  = "SUM(METRICS())"
    id          = "throttled"
    label       = "throttled requests"
    return_data = true
  }

  metric_query {
    id = "batchgetitem"

    metric {
      dimensions = {
        Operation = "BatchGetItem"
        TableName = aws_dynamodb_table.tables_handoffs.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "deleteitem"

    metric {
      dimensions = {
        Operation = "DeleteItem"
        TableName = aws_dynamodb_table.tables_handoffs.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "getitem"

    metric {
      dimensions = {
        Operation = "GetItem"
        TableName = aws_dynamodb_table.tables_handoffs.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "putitem"

    metric {
      dimensions = {
        Operation = "PutItem"
        TableName = aws_dynamodb_table.tables_handoffs.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "query"

    metric {
      dimensions = {
        Operation = "Query"
        TableName = aws_dynamodb_table.tables_handoffs.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "updateitem"

    metric {
      dimensions = {
        Operation = "UpdateItem"
        TableName = aws_dynamodb_table.tables_handoffs.name
      }
      metric_name = "ThrottledRequests"
      namespace   = "AWS/DynamoDB"
      period      = 300
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "alarms_link_asked_from_many" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "One link was asked for from five networks or more in ten minutes. The recipient function's log names the handoff. A mail gateway may do that; otherwise the link has leaked: revoke it, or rotate what it held, and send again with a passphrase."
  alarm_name          = "${var.name}-link-asked-from-many"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "LinkAskedFromMany"
  namespace           = "SecretHandoff/${var.name}"
  ok_actions          = [local.alarm_topic_arn]
  period              = 300
  statistic           = "Sum"
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_link_mangled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "A mail gateway sent a link's key to the server. The handoff was not consumed; find the gateway, and prefer a passphrase for its recipients."
  alarm_name          = "${var.name}-link-mangled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "LinkMangled"
  namespace           = "SecretHandoff/${var.name}"
  ok_actions          = [local.alarm_topic_arn]
  period              = 300
  statistic           = "Sum"
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_recipient_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The recipient function ran into the account's concurrency limit."
  alarm_name          = "${var.name}-recipient-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.recipient_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Throttles"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_refused_anonymous" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "100 or more of the senders' calls in five minutes came without a valid token: somebody probes the service, or a workflow's tokens have the wrong audience or issuer. The sender's log says which code each got."
  alarm_name          = "${var.name}-refused-anonymous"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "AnonymousRefused"
  namespace           = "SecretHandoff/${var.name}"
  ok_actions          = [local.alarm_topic_arn]
  period              = 300
  statistic           = "Sum"
  tags                = var.tags
  threshold           = 100
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_rotation_failing" {
  count               = local.rotating ? 1 : 0
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "A secret that should have been rotated was not: the day's limit was reached, Secrets Manager refused, or the rotation was started and failed. The execution says which."
  alarm_name          = "${var.name}-rotation-failing"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    StateMachineArn = aws_sfn_state_machine.reactions_rotations_machine[0].arn
  }
  evaluation_periods = 1
  metric_name        = "ExecutionsFailed"
  namespace          = "AWS/States"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_seal_missing" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "No day of the trail has been sealed for 26 hours. The sealer's log says why; what it missed it seals when it runs again."
  alarm_name          = "${var.name}-seal-missing"
  comparison_operator = "LessThanThreshold"
  evaluation_periods  = 26
  metric_name         = "DaySealed"
  namespace           = "SecretHandoff/${var.name}"
  ok_actions          = [local.alarm_topic_arn]
  period              = 3600
  statistic           = "Sum"
  tags                = var.tags
  threshold           = 1
  treat_missing_data  = "breaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_sealer_failing" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "A day of the trail could not be sealed. The sealer tries again each hour; its log says why it fails."
  alarm_name          = "${var.name}-sealer-failing"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.sealer_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Errors"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_sealer_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The sealer function ran into the account's concurrency limit."
  alarm_name          = "${var.name}-sealer-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.sealer_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Throttles"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_sender_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The sender function ran into the account's concurrency limit."
  alarm_name          = "${var.name}-sender-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.sender_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Throttles"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_server_errors" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The API answered 5xx: AWS throttled us, the issuer's keys were out of reach, or a fault of ours."
  alarm_name          = "${var.name}-server-errors"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    ApiId = aws_apigatewayv2_api.http_api.id
  }
  evaluation_periods = 1
  metric_name        = "5xx"
  namespace          = "AWS/ApiGateway"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 3
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_sweeper_failing" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The sweeper fails, or meets an item that it cannot sweep, which its log names: expired handoffs keep their ciphertext, and nobody is told that they expired, until it recovers."
  alarm_name          = "${var.name}-sweeper-failing"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.sweeper_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Errors"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_sweeper_silent" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The sweeper has not run for ten minutes."
  alarm_name          = "${var.name}-sweeper-silent"
  comparison_operator = "LessThanThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.sweeper_function.function_name
  }
  evaluation_periods = 2
  metric_name        = "Invocations"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "breaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_sweeper_throttled" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "The sweeper function ran into the account's concurrency limit."
  alarm_name          = "${var.name}-sweeper-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    FunctionName = aws_lambda_function.sweeper_function.function_name
  }
  evaluation_periods = 1
  metric_name        = "Throttles"
  namespace          = "AWS/Lambda"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1
  treat_missing_data = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "alarms_turned_away" {
  alarm_actions       = [local.alarm_topic_arn]
  alarm_description   = "1000 or more calls in five minutes were turned away. The API's log says from which routes: 429 means that a route's limit is used up, which keeps recipients and workflows out as well; anything else, that somebody probes the service."
  alarm_name          = "${var.name}-turned-away"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  dimensions = {
    ApiId = aws_apigatewayv2_api.http_api.id
  }
  evaluation_periods = 1
  metric_name        = "4xx"
  namespace          = "AWS/ApiGateway"
  ok_actions         = [local.alarm_topic_arn]
  period             = 300
  statistic          = "Sum"
  tags               = var.tags
  threshold          = 1000
  treat_missing_data = "notBreaching"
}

resource "aws_sns_topic" "alarms_topic" {
  count = local.alarms.topic == null ? 1 : 0
  name  = "${var.name}-alarms"
  tags  = var.tags
}

resource "aws_sns_topic_policy" "alarms_topic_policy" {
  count = local.alarms.topic == null ? 1 : 0
  arn   = aws_sns_topic.alarms_topic[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AlarmsTell"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = ["sns:Publish"]
        Resource = [aws_sns_topic.alarms_topic[0].arn]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)
          }
        }
      },
      {
        Sid    = "EventsTell"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = ["sns:Publish"]
        Resource = [aws_sns_topic.alarms_topic[0].arn]
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "alarms_emails" {
  for_each  = toset(local.alarms.topic == null ? local.alarms.emails : [])
  endpoint  = each.value
  protocol  = "email"
  topic_arn = one(aws_sns_topic.alarms_topic[*].arn)
}
