import { afterAll, beforeAll, beforeEach, expect } from "@jest/globals";
import { type Job, type Loopback, serveLoopback, startGitHubApi } from "@secret-handoff/local";
import type { CredentialClass, RequestView } from "@secret-handoff/protocol/api";
import { callAs, operatorOf } from "./operator.ts";
import { createRequest, Sender } from "./sender.ts";
import { startTestService, type TestService } from "./test-service.ts";

export const TWO: CredentialClass = {
  name: "two-approvals",
  expiresWithin: 14_400,
  passphrase: "optional",
  approvals: ["security", "manager"],
  verification: "email",
};
export const INSISTS: CredentialClass = {
  ...TWO,
  name: "insists",
  reviewerRequired: true,
  rerunAsksAnew: true,
};
export const REASONED: CredentialClass = { ...TWO, name: "reasoned", reasonRequired: true };
export const FREE: CredentialClass = { ...TWO, name: "free", approvals: [] };

export const ANA = "ana@vendor.example";
export const BEN = "ben@vendor.example";
export const SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/orders-AbCdEf";
export const OTHER = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/other-AbCdEf";

const ACCOUNT = "arn:aws:iam::111122223333";
const SESSION = "arn:aws:sts::111122223333:assumed-role";
export const kim = operatorOf(`${ACCOUNT}:user/kim`, ["approve"], ["security"]);
export const lee = operatorOf(`${ACCOUNT}:user/lee`, ["approve"], ["manager"]);
/** May do both, as an administrator might. */
export const root = operatorOf(`${ACCOUNT}:user/admin`, ["send", "approve"], ["security", "manager"]);
export const kimAsManager = operatorOf(`${SESSION}/Managers/kim`, ["approve"], ["manager"]);
export const auditor = operatorOf(`${ACCOUNT}:user/auditor`, ["audit"]);
export const responder = operatorOf(`${ACCOUNT}:user/responder`, ["revoke"]);

export const REQUESTS = "/v1/sender/requests";
export const asked = {
  class: TWO.name,
  secrets: [SECRET],
  recipients: [ANA],
  expiresIn: 3_600,
  reason: "quarterly rotation",
};

export type Answer = { readonly status: number; readonly body: RequestView & { readonly code: string } };

/** GitHub's API answers a call with this token by a redirect to a host that says whatever an attacker likes. */
export const REDIRECTED = "ghs_redirected";

type Created = {
  readonly class?: string;
  readonly email?: string;
  readonly expiresAt?: number;
  readonly from?: Sender;
  readonly about?: object;
  readonly more?: object;
};

/** Those who ask, approve and create by requests, on a service of their own that the tests of a file share. */
class ApprovalDesk {
  #service: TestService | undefined;
  #github: Loopback | undefined;
  #forged: Loopback | undefined;
  #front: Loopback | undefined;
  #requester: Sender | undefined;
  #version = 0;
  /** The run that asks; another for every test, since reviews are of runs. */
  run = 7_000;
  /** Tokens that the host of {@link REDIRECTED} has seen. */
  readonly seenElsewhere: (string | null)[] = [];
  /** Called before each call to AWS, which waits for it. */
  onCall: (operation: string) => void | Promise<void> = () => {};

  async open(): Promise<void> {
    const github = await startGitHubApi();
    const forged = await serveLoopback(async ({ headers }) => {
      this.seenElsewhere.push(headers.get("authorization"));
      const user = { login: "mallory", id: 9 };
      return Response.json([
        { state: "approved", user, environments: [{ name: "approve-security" }], comment: "" },
      ]);
    });
    this.#front = await serveLoopback(async ({ headers }, { pathname }) => {
      const authorization = headers.get("authorization") ?? "";
      return authorization === `Bearer ${REDIRECTED}`
        ? Response.redirect(`${forged.url}${pathname}`, 302)
        : fetch(`${github.url}${pathname}`, { headers: { authorization } });
    });
    [this.#github, this.#forged] = [github, forged];
    this.#service = await startTestService({
      classes: [TWO, INSISTS, REASONED, FREE],
      operators: [kim, lee, root, kimAsManager, auditor, responder],
      onCall: (operation) => this.onCall(operation),
      githubApi: this.#front.url,
      senders: [
        { repositoryId: "42", may: ["send", "revoke"] },
        { repositoryId: "7", may: ["send"] },
        { repositoryId: "42", environment: "approve-security", roles: ["security"], may: ["approve"] },
        { repositoryId: "42", environment: "approve-manager", roles: ["manager"], may: ["approve"] },
        { repositoryId: "42", environment: "both", roles: ["security", "manager"], may: ["approve"] },
      ],
    });
  }

  async close(): Promise<void> {
    await this.#service?.close();
    await Promise.all([this.#front, this.#forged, this.#github].map((server) => server?.close()));
  }

  nextRun(): void {
    this.run += 1;
    this.#requester = this.jobOf();
  }

  get service(): TestService {
    if (!this.#service) throw new Error("the desk is not open");
    return this.#service;
  }

  /** A job of the run that asks. */
  get requester(): Sender {
    return this.#requester ?? this.jobOf();
  }

  jobOf(job: Partial<Job> = {}): Sender {
    return new Sender(this.service, { job: { run: String(this.run), actor: "omar", actorId: "77", ...job } });
  }

  async ask(more: object = {}, from: Sender = this.requester): Promise<RequestView> {
    const answer = (await from.call("POST", REQUESTS, { ...asked, ...more })) as unknown as Answer;
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  }

  approveAs(operator: typeof kim, id: string, role: string, more: object = {}): Promise<Answer> {
    const body = { role, ...more };
    return callAs(operator, this.service, "POST", `${REQUESTS}/${id}/approve`, body) as Promise<never>;
  }

  approveIn(
    environment: string,
    id: string,
    role: string,
    more: object = {},
    job: Partial<Job> = {},
  ): Promise<Answer> {
    const from = this.jobOf({ environment, ...job });
    return from.call("POST", `${REQUESTS}/${id}/approve`, { role, ...more }) as Promise<never>;
  }

  deny(id: string, more: object = {}): Promise<Answer> {
    const body = { role: "security", ...more };
    return callAs(kim, this.service, "POST", `${REQUESTS}/${id}/deny`, body) as Promise<never>;
  }

  /** Sets what GitHub answers for a run. */
  async reviewed(reviews: readonly object[], ofRun = this.run): Promise<void> {
    const body = JSON.stringify({ approvals: reviews, repository: "octo/orders" });
    await fetch(`${this.#github?.url}/local/runs/${ofRun}/approvals`, { method: "PUT", body });
  }

  /** Approved by two people over IAM. */
  async approved(more: object = {}, from: Sender = this.requester): Promise<RequestView> {
    const { id } = await this.ask(more, from);
    await this.approveAs(kim, id, "security");
    const { body } = await this.approveAs(lee, id, "manager");
    expect(body).toMatchObject({ state: "approved", missing: [] });
    return body;
  }

  /** Of a version that nobody has seen. */
  subject(more: object = {}) {
    this.#version += 1;
    return {
      secret: SECRET,
      versionId: `v${this.#version}`,
      versionCreatedAt: this.service.clock.now - 60,
      recipient: ANA,
      ...more,
    };
  }

  /** A create by a request. */
  async create(request: string | undefined, wanted: Created = {}) {
    const { email = ANA, from = this.requester, about = {}, more = {} } = wanted;
    const expiresAt = wanted.expiresAt ?? this.service.clock.now + 3_600;
    const sealed = await from.seal({ class: wanted.class ?? TWO.name, email, expiresAt });
    return from.create(
      createRequest(sealed, {
        subject: this.subject({ recipient: email, ...about }),
        ...(request === undefined ? {} : { request }),
        ...more,
      }),
    );
  }
}

/** Opens a desk for the tests of a file. */
export function approvalDesk(): ApprovalDesk {
  const desk = new ApprovalDesk();
  beforeAll(() => desk.open());
  afterAll(() => desk.close());
  beforeEach(() => desk.nextRun());
  return desk;
}
