import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation/index.js";
import { dependable } from "cdktf";
import { Construct } from "constructs";
import { InvalidProps } from "../checks/schema.ts";
import { logStatements } from "../iam/function-permissions.ts";
import { policyDocument, type Statement } from "../iam/policies.ts";
import { isExpression } from "../terraform.ts";
import type { FunctionCode } from "./archive.ts";

type ServiceFunctionProps = {
  /** The function's and its role's name. */
  readonly name: string;
  readonly description: string;
  readonly code: FunctionCode;
  readonly runtime: string;
  /** Megabytes. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly logRetentionDays: number;
  readonly reservedConcurrency?: number | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** Lambda gives a function 4,096 bytes for its whole environment, counted as JSON: a quote in a value counts twice. */
const ENVIRONMENT_LIMIT = 4_096;
/** What a value that only Terraform knows (an ARN, an origin) is taken to need at most. */
const UNKNOWN_VALUE_BYTES = 160;

/** One Lambda function with a role and a log group of its own. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: IamRole;
  readonly logGroup: CloudwatchLogGroup;
  readonly #environment: Record<string, string> = {};

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { permissionsBoundaryArn, reservedConcurrency } = props;
    this.role = new IamRole(this, "role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: policyDocument([
        {
          Sid: "LambdaOnly",
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: ["sts:AssumeRole"],
        },
      ]),
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
    });
    this.logGroup = new CloudwatchLogGroup(this, "logs", {
      name: `/aws/lambda/${props.name}`,
      retentionInDays: props.logRetentionDays,
    });
    this.function = new LambdaFunction(this, "function", {
      functionName: props.name,
      description: props.description,
      role: this.role.arn,
      filename: props.code.path,
      sourceCodeHash: props.code.sha256,
      handler: "index.handler",
      runtime: props.runtime,
      architectures: ["arm64"],
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { variables: this.#environment },
      // Lambda's own lines, start and report of every call, would be most of the log; the metrics show the same.
      loggingConfig: { logFormat: "JSON", systemLogLevel: "WARN", logGroup: this.logGroup.name },
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      dependsOn: [this.logGroup],
    });
  }

  /**
   * Invokes the function after each change of its code or environment. One that cannot read its environment fails, and the deployment
   * with it: otherwise the first call would fail instead.
   * @param policy what the function may do, which must be there before
   */
  checkStart(policy: IamRolePolicy): void {
    const { functionName } = this.function;
    new LambdaInvocation(this, "start-check", {
      functionName,
      input: JSON.stringify({ check: "start" }),
      triggers: {
        code: this.function.sourceCodeHash,
        environment: `\${sha256(jsonencode(${dependable(this.function)}.environment[0].variables))}`,
      },
      dependsOn: [policy],
    });
  }

  /** Lets the function do what the statements say, and write its logs; nothing else. */
  permit(statements: readonly Statement[]): IamRolePolicy {
    return new IamRolePolicy(this, "policy", {
      name: "service",
      role: this.role.name,
      policy: policyDocument([...statements, ...logStatements(this.logGroup.arn)]),
    });
  }

  /** Whether all of it fits into what Lambda gives, with what was set before. */
  fits(environment: Readonly<Record<string, string | undefined>>): boolean {
    return environmentBytes({ ...this.#environment, ...defined(environment) }) <= ENVIRONMENT_LIMIT;
  }

  /**
   * Sets the function's environment. It may hold no secret: whoever may describe the function reads it.
   * @throws InvalidProps when it exceeds what Lambda gives
   */
  configure(environment: Readonly<Record<string, string | undefined>>): void {
    Object.assign(this.#environment, defined(environment));
    const total = environmentBytes(this.#environment);
    const config = jsonBytes(this.#environment.CONFIG ?? "");
    const company = jsonBytes(this.#environment.COMPANY ?? "");
    if (total > ENVIRONMENT_LIMIT && company > config) {
      throw new InvalidProps([
        `company.logo takes ${company} bytes once it is compressed, with the rest of company, and Lambda leaves ${ENVIRONMENT_LIMIT - (total - company)} for them in the ${ENVIRONMENT_LIMIT} bytes of a function's environment: simplify its paths`,
      ]);
    }
    if (total > ENVIRONMENT_LIMIT) {
      throw new InvalidProps([
        `senders and classes take ${config} bytes as JSON, and Lambda leaves ${ENVIRONMENT_LIMIT - (total - config)} for them in the ${ENVIRONMENT_LIMIT} bytes of a function's environment: name fewer, or split them over two services`,
      ]);
    }
  }
}

function defined(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(given);
}

/** As Lambda counts them; what only Terraform knows counts as much as it may need. */
function environmentBytes(environment: Readonly<Record<string, string>>): number {
  return jsonBytes(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, stand(value)])),
  );
}

function stand(value: string): string {
  return isExpression(value) ? "?".repeat(UNKNOWN_VALUE_BYTES) : value;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
