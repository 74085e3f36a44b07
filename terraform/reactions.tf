# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_cloudwatch_event_api_destination" "on_rotated_destination" {
  count                            = local.on_rotated != null ? 1 : 0
  connection_arn                   = local.on_rotated.connection_arn
  description                      = "repository_dispatch of ${local.on_rotated.repository}"
  http_method                      = "POST"
  invocation_endpoint              = "${local.on_rotated.api_url}/repos/${local.on_rotated.repository}/dispatches"
  invocation_rate_limit_per_second = 1
  name                             = "${var.name}-on-rotated"
}

resource "aws_cloudwatch_event_rule" "on_rotated_rule" {
  count       = local.on_rotated != null ? 1 : 0
  description = "Starts a workflow of ${local.on_rotated.repository} when a secret was rotated"
  event_pattern = jsonencode({
    source        = ["aws.secretsmanager"]
    "detail-type" = ["Secret Label Updated"]
    detail = {
      labelUpdated = ["AWSCURRENT"]
      name         = concat([for n in local.on_rotated.secret_names : n if !endswith(n, "*")], [for n in local.on_rotated.secret_names : { prefix = trimsuffix(n, "*") } if endswith(n, "*")])
    }
  })
  name = "${var.name}-on-rotated"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "reactions_reported_notice_rule" {
  count          = (local.on_reported.topic != null || length(local.on_reported.emails) > 0) ? 1 : 0
  description    = "Tells of every handoff that was reported"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["reported"]
  })
  name = "${var.name}-tell-reported"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "reactions_rotate_rule" {
  count          = local.rotating ? 1 : 0
  description    = "Rotates the secrets of a handoff that ended"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = local.rotating_events
    detail = {
      owner = distinct(flatten([for s in local.rotation.secrets : concat(s.repository_ids, s.operators ? ["iam"] : [])]))
      outcome = [
        {
          "anything-but" = ["already_ended"]
        },
      ]
    }
  })
  name = "${var.name}-rotate"
  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "reactions_undelivered_notice_rule" {
  count          = (local.on_undelivered.topic != null || length(local.on_undelivered.emails) > 0) ? 1 : 0
  description    = "Tells of every handoff that was undelivered"
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  event_pattern = jsonencode({
    source        = ["secret-handoff"]
    "detail-type" = ["expired", "locked", "unconfirmed", "bounced"]
  })
  name = "${var.name}-tell-undelivered"
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "on_rotated_target" {
  count     = local.on_rotated != null ? 1 : 0
  arn       = aws_cloudwatch_event_api_destination.on_rotated_destination[0].arn
  role_arn  = aws_iam_role.on_rotated_dispatching_role[0].arn
  rule      = aws_cloudwatch_event_rule.on_rotated_rule[0].name
  target_id = "repository-dispatch"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }

  http_target {
    header_parameters = {
      Accept                 = "application/vnd.github+json"
      "X-GitHub-Api-Version" = "2022-11-28"
    }
  }

  input_transformer {
    input_paths = {
      arn     = "$.resources[0]"
      name    = "$.detail.name"
      version = "$.detail.versionId"
    }
    input_template = "{\"event_type\":\"${local.on_rotated.event_type}\",\"client_payload\":{\"secret\":\"<arn>\",\"name\":\"<name>\",\"versionId\":\"<version>\"}}"
  }
}

resource "aws_cloudwatch_event_target" "reactions_reported_notice_target" {
  count          = (local.on_reported.topic != null || length(local.on_reported.emails) > 0) ? 1 : 0
  arn            = local.reported_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.reactions_reported_notice_rule[0].name
  target_id      = "topic"

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
    input_template = "\"secret-handoff: <handoff> (<class>): <type>, <time>\""
  }
}

resource "aws_cloudwatch_event_target" "reactions_rotate_target" {
  count          = local.rotating ? 1 : 0
  arn            = aws_sfn_state_machine.reactions_rotations_machine[0].arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  role_arn       = aws_iam_role.reactions_rotate_rules_role[0].arn
  rule           = aws_cloudwatch_event_rule.reactions_rotate_rule[0].name
  target_id      = "rotations"

  dead_letter_config {
    arn = aws_sqs_queue.undelivered_queue.arn
  }
}

resource "aws_cloudwatch_event_target" "reactions_undelivered_notice_target" {
  count          = (local.on_undelivered.topic != null || length(local.on_undelivered.emails) > 0) ? 1 : 0
  arn            = local.undelivered_topic_arn
  event_bus_name = aws_cloudwatch_event_bus.events_bus.name
  rule           = aws_cloudwatch_event_rule.reactions_undelivered_notice_rule[0].name
  target_id      = "topic"

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
    input_template = "\"secret-handoff: <handoff> (<class>): <type>, <time>\""
  }
}

resource "aws_dynamodb_table" "reactions_rotations_table" {
  count                       = local.rotating ? 1 : 0
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = false
  hash_key                    = "id"
  name                        = "${var.name}-rotations"
  tags                        = var.tags

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = false
  }

  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
}

resource "aws_iam_role" "on_rotated_dispatching_role" {
  count = local.on_rotated != null ? 1 : 0
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
            "aws:SourceArn" = [aws_cloudwatch_event_rule.on_rotated_rule[0].arn]
          }
        }
      },
    ]
  })
  description          = "secret-handoff: starts a workflow"
  name                 = "${var.name}-on-rotated"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role" "reactions_rotate_rules_role" {
  count = local.rotating ? 1 : 0
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
            "aws:SourceArn" = [aws_cloudwatch_event_rule.reactions_rotate_rule[0].arn]
          }
        }
      },
    ]
  })
  description          = "secret-handoff: starts rotations"
  name                 = "${var.name}-rotate-rules"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role" "reactions_rotations_machine_role_role" {
  count = local.rotating ? 1 : 0
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "TheseOnly"
        Effect = "Allow"
        Principal = {
          Service = "states.amazonaws.com"
        }
        Action = ["sts:AssumeRole"]
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
              "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 3)}:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)}:stateMachine:${var.name}-rotations",
            ]
          }
        }
      },
    ]
  })
  description          = "secret-handoff: rotates the secrets of handoffs that went wrong"
  name                 = "${var.name}-rotations"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "on_rotated_dispatching_policy" {
  count = local.on_rotated != null ? 1 : 0
  name  = "dispatch"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "DispatchWorkflow"
        Effect   = "Allow"
        Action   = ["events:InvokeApiDestination"]
        Resource = [aws_cloudwatch_event_api_destination.on_rotated_destination[0].arn]
      },
    ]
  })
  role = aws_iam_role.on_rotated_dispatching_role[0].name
}

resource "aws_iam_role_policy" "reactions_rotate_rules_policy" {
  count = local.rotating ? 1 : 0
  name  = "start"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "StartRotations"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = [aws_sfn_state_machine.reactions_rotations_machine[0].arn]
      },
    ]
  })
  role = aws_iam_role.reactions_rotate_rules_role[0].name
}

resource "aws_iam_role_policy" "reactions_rotations_machine_role_policy" {
  count = local.rotating ? 1 : 0
  name  = "rotate"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "CountRotations"
          Effect   = "Allow"
          Action   = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
          Resource = [aws_dynamodb_table.reactions_rotations_table[0].arn]
        },
        {
          Sid      = "RotateSecrets"
          Effect   = "Allow"
          Action   = ["secretsmanager:RotateSecret"]
          Resource = local.rotation.secrets[*].arn
          Condition = {
            BoolIfExists = {
              "secretsmanager:ModifyRotationRules" = "false"
            }
          }
        },
        {
          Sid      = "SeeWhatBecameOfThem"
          Effect   = "Allow"
          Action   = ["secretsmanager:DescribeSecret"]
          Resource = local.rotation.secrets[*].arn
        },
      ],
      length(local.rotation.function_arns) > 0 ? [
        {
          Sid      = "InvokeRotationFunctions"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = local.rotation.function_arns
        },
      ] : [],
      var.kms_key_arn != null ? [
        {
          Sid    = "UseTheTablesKey"
          Effect = "Allow"
          Action = [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ]
          Resource = [var.kms_key_arn]
          Condition = {
            StringLike = {
              "kms:ViaService" = "dynamodb.*.amazonaws.com"
            }
          }
        },
      ] : [],
    )
  })
  role = aws_iam_role.reactions_rotations_machine_role_role[0].name
}

resource "aws_sfn_state_machine" "reactions_rotations_machine" {
  count = local.rotating ? 1 : 0
  definition = jsonencode({
    Comment       = "Rotates the secrets of a handoff, each once and within the day's limit"
    QueryLanguage = "JSONata"
    StartAt       = "Wait"
    States = {
      Wait = {
        Type    = "Wait"
        Seconds = "{% $states.input.`detail-type` = 'acknowledged' ? ${try(var.on_delivered.rotate_after, 0)} : 0 %}"
        Next    = "Rotate the secrets"
      }
      "Rotate the secrets" = {
        Type  = "Map"
        Items = "{% ( $owners := ${jsonencode({ for s in local.rotation.secrets : s.arn => concat(s.repository_ids, s.operators ? ["iam"] : []) })}; $owner := $states.input.detail.owner; $handedOver := $exists($states.input.detail.members) ? $states.input.detail.members : $states.input.detail.secret; [$distinct($handedOver)[$owner in $lookup($owners, $)]] ) %}"
        ItemSelector = {
          handoff = "{% $states.input.detail.handoff %}"
          secret  = "{% $states.context.Map.Item.Value %}"
        }
        ItemProcessor = {
          ProcessorConfig = {
            Mode = "INLINE"
          }
          StartAt = "Mark"
          States = {
            Mark = {
              Type     = "Task"
              Resource = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:::dynamodb:putItem"
              Arguments = {
                TableName = aws_dynamodb_table.reactions_rotations_table[0].name
                Item = {
                  id = {
                    S = "{% $states.input.handoff & ' ' & $states.input.secret %}"
                  }
                  execution = {
                    S = "{% $states.context.Execution.Id %}"
                  }
                  leaseUntil = {
                    N = "{% $string($floor($millis() / 1000) + 3600) %}"
                  }
                  ttl = {
                    N = "{% $string($floor($millis() / 1000) + 7776000) %}"
                  }
                }
                ConditionExpression = "attribute_not_exists(#id) OR #execution = :execution OR #leaseUntil < :now"
                ExpressionAttributeNames = {
                  "#id"         = "id"
                  "#execution"  = "execution"
                  "#leaseUntil" = "leaseUntil"
                }
                ExpressionAttributeValues = {
                  ":execution" = {
                    S = "{% $states.context.Execution.Id %}"
                  }
                  ":now" = {
                    N = "{% $string($floor($millis() / 1000) + 0) %}"
                  }
                }
              }
              Retry = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 2
                  MaxAttempts     = 6
                  JitterStrategy  = "FULL"
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"]
                  Output      = "{% $states.input %}"
                  Next        = "Rotated before"
                },
                {
                  ErrorEquals = ["States.ALL"]
                  Output      = "{% $merge([$states.input, {'error': $states.errorOutput.Error}]) %}"
                  Next        = "Forget"
                },
              ]
              Output = "{% $states.input %}"
              Next   = "Count"
            }
            Count = {
              Type     = "Task"
              Resource = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:::dynamodb:updateItem"
              Arguments = {
                TableName = aws_dynamodb_table.reactions_rotations_table[0].name
                Key = {
                  id = {
                    S = "{% $states.input.secret & ' ' & $substring($states.context.State.EnteredTime, 0, 10) %}"
                  }
                }
                UpdateExpression    = "SET #ttl = :ttl ADD #handoffs :handoffs"
                ConditionExpression = "attribute_not_exists(#handoffs) OR contains(#handoffs, :handoff) OR size(#handoffs) < :limit"
                ExpressionAttributeNames = {
                  "#handoffs" = "handoffs"
                  "#ttl"      = "ttl"
                }
                ExpressionAttributeValues = {
                  ":handoff" = {
                    S = "{% $states.input.handoff %}"
                  }
                  ":handoffs" = {
                    SS = ["{% $states.input.handoff %}"]
                  }
                  ":limit" = {
                    N = tostring(local.rotation.limit_per_day)
                  }
                  ":ttl" = {
                    N = "{% $string($floor($millis() / 1000) + 7776000) %}"
                  }
                }
              }
              Retry = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 2
                  MaxAttempts     = 6
                  JitterStrategy  = "FULL"
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"]
                  Output      = "{% $merge([$states.input, {'error': 'LimitReached'}]) %}"
                  Next        = "Forget"
                },
                {
                  ErrorEquals = ["States.ALL"]
                  Output      = "{% $merge([$states.input, {'error': $states.errorOutput.Error}]) %}"
                  Next        = "Forget"
                },
              ]
              Output = "{% $states.input %}"
              Next   = "Rotate"
            }
            Rotate = {
              Type     = "Task"
              Resource = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:::aws-sdk:secretsmanager:rotateSecret"
              Arguments = {
                SecretId           = "{% $states.input.secret %}"
                ClientRequestToken = "{% $hash($states.input.handoff & ' ' & $states.input.secret, 'SHA-256') %}"
              }
              Retry = [
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxAttempts     = 5
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  Output      = "{% $merge([$states.input, {'error': $states.errorOutput.Error}]) %}"
                  Next        = "Forget"
                },
              ]
              Output = "{% $merge([$states.input, {'version': [$states.result.VersionId, $hash($states.input.handoff & ' ' & $states.input.secret, 'SHA-256')][0]}]) %}"
              Next   = "Remember"
            }
            Remember = {
              Type     = "Task"
              Resource = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:::dynamodb:updateItem"
              Arguments = {
                TableName = aws_dynamodb_table.reactions_rotations_table[0].name
                Key = {
                  id = {
                    S = "{% $states.input.handoff & ' ' & $states.input.secret %}"
                  }
                }
                UpdateExpression    = "REMOVE #leaseUntil"
                ConditionExpression = "#execution = :execution"
                ExpressionAttributeNames = {
                  "#execution"  = "execution"
                  "#leaseUntil" = "leaseUntil"
                }
                ExpressionAttributeValues = {
                  ":execution" = {
                    S = "{% $states.context.Execution.Id %}"
                  }
                }
              }
              Retry = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 2
                  MaxAttempts     = 6
                  JitterStrategy  = "FULL"
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  Output      = "{% $states.input %}"
                  Next        = "Give it time"
                },
              ]
              Output = "{% $states.input %}"
              Next   = "Give it time"
            }
            "Give it time" = {
              Type    = "Wait"
              Seconds = "{% 60 * $power(2, $sum([$states.input.looked, 0])) %}"
              Next    = "Look"
            }
            Look = {
              Type     = "Task"
              Resource = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:::aws-sdk:secretsmanager:describeSecret"
              Arguments = {
                SecretId = "{% $states.input.secret %}"
              }
              Retry = [
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 2
                  MaxAttempts     = 6
                  JitterStrategy  = "FULL"
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  Output      = "{% $merge([$states.input, {'error': $states.errorOutput.Error}]) %}"
                  Next        = "Forget"
                },
              ]
              Output = "{% ( $labels := $lookup($states.result.VersionIdsToStages, $states.input.version); 'AWSCURRENT' in $labels or 'AWSPREVIOUS' in $labels ? {'handoff': $states.input.handoff, 'secret': $states.input.secret} : $merge([$states.input, {'error': 'RotationFailed', 'looked': $sum([$states.input.looked, 0]) + 1}]) ) %}"
              Next   = "Has it rotated?"
            }
            "Has it rotated?" = {
              Type = "Choice"
              Choices = [
                {
                  Condition = "{% $not($exists($states.input.error)) %}"
                  Next      = "Rotated"
                },
                {
                  Condition = "{% $states.input.looked < 6 %}"
                  Next      = "Give it time"
                },
              ]
              Default = "Forget"
            }
            Rotated = {
              Type = "Succeed"
            }
            "Rotated before" = {
              Type = "Succeed"
            }
            Forget = {
              Type     = "Task"
              Resource = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:states:::dynamodb:deleteItem"
              Arguments = {
                TableName = aws_dynamodb_table.reactions_rotations_table[0].name
                Key = {
                  id = {
                    S = "{% $states.input.handoff & ' ' & $states.input.secret %}"
                  }
                }
                ConditionExpression = "attribute_not_exists(#id) OR #execution = :execution"
                ExpressionAttributeNames = {
                  "#id"        = "id"
                  "#execution" = "execution"
                }
                ExpressionAttributeValues = {
                  ":execution" = {
                    S = "{% $states.context.Execution.Id %}"
                  }
                }
              }
              Retry = [
                {
                  ErrorEquals = ["DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"]
                  MaxAttempts = 0
                },
                {
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 2
                  BackoffRate     = 2
                  MaxAttempts     = 6
                  JitterStrategy  = "FULL"
                },
              ]
              Catch = [
                {
                  ErrorEquals = ["States.ALL"]
                  Output      = "{% $states.input %}"
                  Next        = "Not rotated"
                },
              ]
              Output = "{% $states.input %}"
              Next   = "Not rotated"
            }
            "Not rotated" = {
              Type = "Succeed"
            }
          }
        }
        Output = {
          failed = "{% [$states.result[$exists(error)]] %}"
        }
        Next = "All rotated?"
      }
      "All rotated?" = {
        Type = "Choice"
        Choices = [
          {
            Condition = "{% $count($states.input.failed) = 0 %}"
            Next      = "Done"
          },
        ]
        Default = "Failed"
      }
      Done = {
        Type = "Succeed"
      }
      Failed = {
        Type  = "Fail"
        Error = "{% $states.input.failed[0].error %}"
        Cause = "{% 'Rotate these by hand. LimitReached means that ${tostring(local.rotation.limit_per_day)} handoffs have rotated the secret today, or tried to; RotationFailed, that its rotation was started and has not succeeded. ' & $join($states.input.failed.(secret & ': ' & error), ', ') %}"
      }
    }
  })
  depends_on = [aws_iam_role_policy.reactions_rotations_machine_role_policy]
  name       = "${var.name}-rotations"
  role_arn   = aws_iam_role.reactions_rotations_machine_role_role[0].arn
  tags       = var.tags
  type       = "STANDARD"
}

resource "aws_sns_topic" "reported_topic" {
  count = (local.on_reported.topic == null && length(local.on_reported.emails) > 0) ? 1 : 0
  name  = "${var.name}-reported"
  tags  = var.tags
}

resource "aws_sns_topic" "undelivered_topic" {
  count = (local.on_undelivered.topic == null && length(local.on_undelivered.emails) > 0) ? 1 : 0
  name  = "${var.name}-undelivered"
  tags  = var.tags
}

resource "aws_sns_topic_policy" "reported_topic_policy" {
  count = (local.on_reported.topic == null && length(local.on_reported.emails) > 0) ? 1 : 0
  arn   = aws_sns_topic.reported_topic[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "EventsTell"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = ["sns:Publish"]
        Resource = [aws_sns_topic.reported_topic[0].arn]
      },
    ]
  })
}

resource "aws_sns_topic_policy" "undelivered_topic_policy" {
  count = (local.on_undelivered.topic == null && length(local.on_undelivered.emails) > 0) ? 1 : 0
  arn   = aws_sns_topic.undelivered_topic[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "EventsTell"
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Action   = ["sns:Publish"]
        Resource = [aws_sns_topic.undelivered_topic[0].arn]
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "reported_emails" {
  for_each  = toset(local.on_reported.topic == null ? local.on_reported.emails : [])
  endpoint  = each.value
  protocol  = "email"
  topic_arn = one(aws_sns_topic.reported_topic[*].arn)
}

resource "aws_sns_topic_subscription" "undelivered_emails" {
  for_each  = toset(local.on_undelivered.topic == null ? local.on_undelivered.emails : [])
  endpoint  = each.value
  protocol  = "email"
  topic_arn = one(aws_sns_topic.undelivered_topic[*].arn)
}
