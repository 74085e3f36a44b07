import type { DispatchProps, LifecycleProps, NotifyProps, RotatableSecret } from "../props.ts";
import { isExpression } from "../terraform.ts";

const SECRET_ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/;
const SECRET_NAME = /^[\w/+=.@-]+\*?$/;
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;
const CONNECTION_ARN = /^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:connection\/[\w.-]+\/[0-9a-f-]+$/;
/** Characters that EventBridge takes in a rule's pattern are 2,048; the rest of ours needs fewer than 200 of them. */
const PATTERN_LIMIT = 1_848;
/** Seconds; 30 days. An execution of Step Functions ends after a year, whatever it waits for. */
const LONGEST_WAIT = 2_592_000;

/** What is wrong with the reactions, each a sentence. */
export function lifecycleProblems(props: LifecycleProps): readonly string[] {
  const { onUndelivered, onReported, onDelivered, onRotated } = props;
  return [
    ...noticeProblems("onUndelivered", onUndelivered?.notify),
    ...noticeProblems("onReported", onReported?.notify),
    ...(onDelivered === undefined || isWhole(onDelivered.rotateAfter, LONGEST_WAIT)
      ? []
      : ["onDelivered.rotateAfter must be whole seconds from 1 to 2592000, 30 days"]),
    ...rotationProblems(props),
    ...(onRotated === undefined ? [] : dispatchProblems(onRotated)),
  ];
}

function noticeProblems(reaction: string, notify: NotifyProps | undefined): readonly string[] {
  if (notify === undefined) return [];
  const emails = notify.emails ?? [];
  if (notify.topicArn === undefined && emails.length === 0) {
    return [`${reaction}.notify would tell nobody: give topicArn or emails`];
  }
  if (notify.topicArn !== undefined && emails.length > 0) {
    return [
      `${reaction}.notify has topicArn and emails; subscribe the addresses to that topic, or leave it out`,
    ];
  }
  return [];
}

function rotationProblems({ onUndelivered, onReported, onDelivered, rotation }: LifecycleProps) {
  const rotating = [
    ...(onUndelivered?.rotate ? ["onUndelivered.rotate"] : []),
    ...(onReported?.rotate ? ["onReported.rotate"] : []),
    ...(onDelivered ? ["onDelivered.rotateAfter"] : []),
  ];
  if (rotation === undefined) {
    return rotating.map((reaction) => `${reaction} needs rotation.secrets: which secrets may be rotated?`);
  }
  const { secrets, limitPerDay } = rotation;
  const owners = new Set(secrets.flatMap(({ repositoryIds }) => repositoryIds));
  const { length } = JSON.stringify([...owners]);
  return [
    ...(rotating.length > 0
      ? []
      : [
          "rotation is set, and nothing rotates: set rotate in onUndelivered or onReported, or onDelivered, or leave it out",
        ]),
    ...(secrets.length > 0 ? [] : ["rotation.secrets is empty: name the secrets that may be rotated"]),
    ...secrets.flatMap(rotatableProblems),
    ...(length <= PATTERN_LIMIT
      ? []
      : [
          `rotation.secrets names repositories in ${length} characters, and a rule's pattern has ${PATTERN_LIMIT} for them: name fewer, or split them over two services`,
        ]),
    ...(limitPerDay === undefined || isWhole(limitPerDay, 100)
      ? []
      : ["rotation.limitPerDay must be a whole number from 1 to 100"]),
  ];
}

function rotatableProblems({ arn, repositoryIds, operators }: RotatableSecret): readonly string[] {
  return [
    ...(isExpression(arn) || SECRET_ARN.test(arn)
      ? []
      : [
          `${arn} is no whole ARN of a secret: it ends with a hyphen and six characters, and has no wildcard`,
        ]),
    ...(repositoryIds.length > 0 || operators
      ? []
      : [
          `rotation.secrets: no repository hands over ${arn}, so nothing could rotate it: give repositoryIds, or operators`,
        ]),
    ...repositoryIds
      .filter((id) => !isExpression(id) && !/^[1-9]\d*$/.test(id))
      .map(
        (id) =>
          `rotation.secrets: ${id} is no repositoryId: give GitHub's number of the repository (gh api repos/OWNER/NAME --jq .id)`,
      ),
  ];
}

function dispatchProblems({ secretNames, repository, connectionArn, eventType, apiUrl }: DispatchProps) {
  return [
    ...(secretNames.length > 0
      ? []
      : ["onRotated.secretNames is empty: name the secrets that start a delivery"]),
    ...secretNames
      .filter((name) => !isExpression(name) && !SECRET_NAME.test(name))
      .map((name) => `${name} is no name of a secret: write it out, or end what it begins with by one *`),
    ...(isExpression(repository) || REPOSITORY.test(repository)
      ? []
      : ["onRotated.repository must read owner/name"]),
    ...(isExpression(connectionArn) || CONNECTION_ARN.test(connectionArn)
      ? []
      : [
          "onRotated.connectionArn must be the ARN of an EventBridge connection, arn:aws:events:…:connection/…",
        ]),
    ...(eventType === undefined || /^.{1,100}$/.test(eventType)
      ? []
      : ["onRotated.eventType must have 1 to 100 characters"]),
    ...(apiUrl === undefined || isExpression(apiUrl) || /^https:\/\/[^\s?#]+[^/\s?#]$/.test(apiUrl)
      ? []
      : ["onRotated.apiUrl must be an https URL without a trailing slash"]),
  ];
}

function isWhole(value: number, most: number): boolean {
  return isExpression(value) || (Number.isSafeInteger(value) && value >= 1 && value <= most);
}
