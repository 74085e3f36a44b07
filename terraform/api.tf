# Made from packages/cdktf by "npm run module". Change the construct, not this file.

resource "aws_apigatewayv2_api" "http_api" {
  description                  = "secret-handoff: links that work once"
  disable_execute_api_endpoint = var.close_default_endpoint
  name                         = var.name
  protocol_type                = "HTTP"
  tags                         = var.tags
}

resource "aws_apigatewayv2_integration" "http_recipient_integration" {
  api_id                 = aws_apigatewayv2_api.http_api.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.recipient_function.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_integration" "http_sender_integration" {
  api_id                 = aws_apigatewayv2_api.http_api.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.sender_function.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "http_any_operators" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "AWS_IAM"
  route_key          = "ANY /iam/v1/sender/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.http_sender_integration.id}"
}

resource "aws_apigatewayv2_route" "http_any_sender" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "ANY /v1/sender/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.http_sender_integration.id}"
}

resource "aws_apigatewayv2_route" "http_get_anything" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "GET /{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_get_index" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "GET /"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_get_page" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "GET /h/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_get_page_alone" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "GET /h"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_head_index" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "HEAD /"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_head_page" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "HEAD /h/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_head_page_alone" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "HEAD /h"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_route" "http_post_handoffs" {
  api_id             = aws_apigatewayv2_api.http_api.id
  authorization_type = "NONE"
  route_key          = "POST /v1/handoffs/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.http_recipient_integration.id}"
}

resource "aws_apigatewayv2_stage" "http_stage" {
  api_id      = aws_apigatewayv2_api.http_api.id
  auto_deploy = true
  depends_on  = [aws_apigatewayv2_route.http_get_index, aws_apigatewayv2_route.http_head_index, aws_apigatewayv2_route.http_get_page_alone, aws_apigatewayv2_route.http_head_page_alone, aws_apigatewayv2_route.http_get_page, aws_apigatewayv2_route.http_head_page, aws_apigatewayv2_route.http_get_anything, aws_apigatewayv2_route.http_post_handoffs, aws_apigatewayv2_route.http_any_sender, aws_apigatewayv2_route.http_any_operators]
  name        = "$default"
  tags        = var.tags

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.http_logs.arn
    format = jsonencode({
      requestId          = "$context.requestId"
      time               = "$context.requestTime"
      route              = "$context.routeKey"
      status             = "$context.status"
      responseLength     = "$context.responseLength"
      responseLatency    = "$context.responseLatency"
      integrationLatency = "$context.integrationLatency"
      integrationStatus  = "$context.integration.integrationStatus"
      error              = "$context.error.responseType"
    })
  }

  default_route_settings {
    throttling_burst_limit = var.throttle_operators.burst
    throttling_rate_limit  = var.throttle_operators.rate
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_get_index.route_key
    throttling_burst_limit = 50
    throttling_rate_limit  = 5
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_head_index.route_key
    throttling_burst_limit = 50
    throttling_rate_limit  = 5
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_get_page_alone.route_key
    throttling_burst_limit = 50
    throttling_rate_limit  = 5
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_head_page_alone.route_key
    throttling_burst_limit = 50
    throttling_rate_limit  = 5
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_get_page.route_key
    throttling_burst_limit = var.throttle_page.burst
    throttling_rate_limit  = var.throttle_page.rate
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_head_page.route_key
    throttling_burst_limit = 50
    throttling_rate_limit  = 5
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_get_anything.route_key
    throttling_burst_limit = 50
    throttling_rate_limit  = 5
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_post_handoffs.route_key
    throttling_burst_limit = var.throttle_recipient.burst
    throttling_rate_limit  = var.throttle_recipient.rate
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_any_sender.route_key
    throttling_burst_limit = var.throttle_sender.burst
    throttling_rate_limit  = var.throttle_sender.rate
  }

  route_settings {
    route_key              = aws_apigatewayv2_route.http_any_operators.route_key
    throttling_burst_limit = var.throttle_operators.burst
    throttling_rate_limit  = var.throttle_operators.rate
  }
}

resource "aws_cloudwatch_log_group" "http_logs" {
  name              = "/aws/vendedlogs/apis/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_policy" "operators" {
  description = "Lets operators call secret-handoff's sender routes with their own AWS identity"
  name        = "${var.name}-operators"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "CallSenderRoutes"
        Effect   = "Allow"
        Action   = ["execute-api:Invoke"]
        Resource = ["${aws_apigatewayv2_api.http_api.execution_arn}/*/*/iam/v1/sender/*"]
      },
    ]
  })
  tags = var.tags
}

resource "aws_lambda_permission" "http_anything_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.recipient_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/GET/*"
}

resource "aws_lambda_permission" "http_handoffs_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.recipient_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/POST/v1/handoffs/*"
}

resource "aws_lambda_permission" "http_index_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.recipient_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/*/"
}

resource "aws_lambda_permission" "http_operators_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.sender_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/*/iam/v1/sender/*"
}

resource "aws_lambda_permission" "http_page_alone_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.recipient_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/*/h"
}

resource "aws_lambda_permission" "http_page_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.recipient_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/*/h/*"
}

resource "aws_lambda_permission" "http_sender_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.sender_function.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.http_api.execution_arn}/*/*/v1/sender/*"
}
