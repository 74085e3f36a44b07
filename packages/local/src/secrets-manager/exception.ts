/** An exception of the API, as the SDK will throw it. */
export class AwsException extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export function notFound(what = "the specified secret."): AwsException {
  return new AwsException("ResourceNotFoundException", `Secrets Manager can't find ${what}`);
}

export function invalidRequest(message: string): AwsException {
  return new AwsException("InvalidRequestException", message);
}

export function invalidParameter(message: string): AwsException {
  return new AwsException("InvalidParameterException", message);
}

/** In the words of IAM, which name the permission and what it was wanted on. */
export function accessDenied(operation: string, resource: string): AwsException {
  const action = `secretsmanager:${operation}`;
  return new AwsException(
    "AccessDeniedException",
    `User: arn:aws:sts::111122223333:assumed-role/handoff/GitHubActions is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}

export function throttled(): AwsException {
  return new AwsException("ThrottlingException", "Rate exceeded");
}
