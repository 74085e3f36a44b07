# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_dynamodb_table" "tables_audit" {
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.protect_audit
  depends_on                  = [aws_apigatewayv2_api.http_api, aws_kms_key.seals_key, aws_kms_key.recipients_mac, aws_kms_key.recipients_address]
  hash_key                    = "stream"
  name                        = "${var.name}-audit"
  range_key                   = "sequence"
  tags                        = var.tags

  attribute {
    name = "stream"
    type = "S"
  }

  attribute {
    name = "sequence"
    type = "N"
  }

  attribute {
    name = "day"
    type = "S"
  }

  attribute {
    name = "at"
    type = "S"
  }

  attribute {
    name = "recipient"
    type = "S"
  }

  attribute {
    name = "secret"
    type = "S"
  }

  attribute {
    name = "request"
    type = "S"
  }

  attribute {
    name = "repository"
    type = "S"
  }

  attribute {
    name = "class"
    type = "S"
  }

  attribute {
    name = "type"
    type = "S"
  }

  global_secondary_index {
    hash_key        = "day"
    name            = "byDay"
    projection_type = "ALL"
    range_key       = "at"
  }

  global_secondary_index {
    hash_key        = "recipient"
    name            = "byRecipient"
    projection_type = "KEYS_ONLY"
    range_key       = "at"
  }

  global_secondary_index {
    hash_key        = "secret"
    name            = "bySecret"
    projection_type = "KEYS_ONLY"
    range_key       = "at"
  }

  global_secondary_index {
    hash_key        = "request"
    name            = "byRequest"
    projection_type = "KEYS_ONLY"
    range_key       = "at"
  }

  global_secondary_index {
    hash_key        = "repository"
    name            = "byRepository"
    projection_type = "KEYS_ONLY"
    range_key       = "at"
  }

  global_secondary_index {
    hash_key        = "class"
    name            = "byClass"
    projection_type = "KEYS_ONLY"
    range_key       = "at"
  }

  global_secondary_index {
    hash_key        = "type"
    name            = "byType"
    projection_type = "KEYS_ONLY"
    range_key       = "at"
  }

  point_in_time_recovery {
    enabled = true
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

resource "aws_dynamodb_table" "tables_handoffs" {
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.protect_handoffs
  depends_on                  = [aws_apigatewayv2_api.http_api, aws_kms_key.seals_key, aws_kms_key.recipients_mac, aws_kms_key.recipients_address]
  hash_key                    = "id"
  name                        = "${var.name}-handoffs"
  stream_enabled              = true
  stream_view_type            = "KEYS_ONLY"
  tags                        = var.tags

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "dueShard"
    type = "S"
  }

  attribute {
    name = "dueAt"
    type = "N"
  }

  attribute {
    name = "owner"
    type = "S"
  }

  attribute {
    name = "createdAt"
    type = "N"
  }

  global_secondary_index {
    hash_key        = "dueShard"
    name            = "due"
    projection_type = "KEYS_ONLY"
    range_key       = "dueAt"
  }

  global_secondary_index {
    hash_key = "owner"
    name     = "byOwner"
    non_key_attributes = [
      "state",
      "class",
      "flags",
      "expiresAt",
      "changedAt",
      "leaseUntil",
      "attemptsLeft",
      "mailedAt",
      "claimedAt",
      "deliveredAt",
      "bouncedAt",
      "secret",
      "versionId",
      "run",
    ]
    projection_type = "INCLUDE"
    range_key       = "createdAt"
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

resource "aws_kms_alias" "recipients_address_alias" {
  count         = var.recipients == "named" ? 1 : 0
  name          = "alias/${var.name}-recipient-addresses"
  target_key_id = aws_kms_key.recipients_address[0].key_id
}

resource "aws_kms_alias" "recipients_mac_alias" {
  name          = "alias/${var.name}-recipients"
  target_key_id = aws_kms_key.recipients_mac.key_id
}

resource "aws_kms_alias" "seals_alias" {
  name          = "alias/${var.name}-seals"
  target_key_id = aws_kms_key.seals_key.key_id
}

resource "aws_kms_key" "recipients_address" {
  count                   = var.recipients == "named" ? 1 : 0
  deletion_window_in_days = 30
  description             = "${var.name}: encrypts the addresses in the recipients directory"
  enable_key_rotation     = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministratorsManage"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:iam::${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)}:root"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListAliases",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "SenderUses"
        Effect = "Allow"
        Principal = {
          AWS = aws_iam_role.sender_role.arn
        }
        Action   = ["kms:Encrypt", "kms:Decrypt"]
        Resource = ["*"]
      },
    ]
  })
  tags = var.tags
}

resource "aws_kms_key" "recipients_mac" {
  customer_master_key_spec = "HMAC_256"
  deletion_window_in_days  = 30
  description              = "${var.name}: names the entries of the recipients directory"
  key_usage                = "GENERATE_VERIFY_MAC"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministratorsManage"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:iam::${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)}:root"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListAliases",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "SenderUses"
        Effect = "Allow"
        Principal = {
          AWS = aws_iam_role.sender_role.arn
        }
        Action   = ["kms:GenerateMac"]
        Resource = ["*"]
      },
    ]
  })
  tags = var.tags
}

resource "aws_kms_key" "seals_key" {
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 30
  description              = "${var.name}: signs the seals of the trail"
  key_usage                = "SIGN_VERIFY"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministratorsManage"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 1)}:iam::${element(split(":", aws_cloudwatch_event_bus.events_bus.arn), 4)}:root"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListAliases",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
          "kms:GetPublicKey",
          "kms:Verify",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "SealerSigns"
        Effect = "Allow"
        Principal = {
          AWS = aws_iam_role.sealer_role.arn
        }
        Action   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
        Resource = ["*"]
      },
    ]
  })
  tags = var.tags
}
