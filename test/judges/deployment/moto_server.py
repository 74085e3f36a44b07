"""moto's server, mended where its answers stop the AWS provider. Each repair says what moto 5.2.5 answers and what AWS does."""

import json
import sys
import threading

import moto.server
from moto.apigatewayv2.models import DomainName
from moto.ses.models import ConfigurationSet, EmailIdentity
from moto.stepfunctions.responses import StepFunctionResponse

_domain_to_json = DomainName.to_json
_to_dict_v2 = ConfigurationSet.to_dict_v2


def to_dict_v2(self):
    """GetConfigurationSet answers {"SendingEnabled": {"SendingEnabled": true}}; AWS answers {"SendingEnabled": true}."""
    answer = _to_dict_v2(self)
    enabled = answer["SendingOptions"]["SendingEnabled"]
    if isinstance(enabled, dict):
        answer["SendingOptions"] = {"SendingEnabled": enabled.get("SendingEnabled", True)}
    return answer


def validate_state_machine_definition(self):
    """ValidateStateMachineDefinition is unknown to moto; AWS checks the definition, which test/cdktf does with asl-validator."""
    return json.dumps({"result": "OK", "diagnostics": [], "truncated": False})


def domain_to_json(self):
    """CreateDomainName answers no status and no target; AWS answers both, and Terraform waits for AVAILABLE."""
    answer = _domain_to_json(self)
    for configuration in answer["domainNameConfigurations"]:
        configuration.setdefault("domainNameStatus", "AVAILABLE")
        configuration.setdefault("apiGatewayDomainName", "d-a1b2c3.execute-api.eu-west-1.amazonaws.com")
        configuration.setdefault("hostedZoneId", "Z2OJLYMUO9EFXC")
    return answer


def list_state_machine_versions(self):
    """ListStateMachineVersions is unknown to moto."""
    return json.dumps({"stateMachineVersions": []})


_make_identity = EmailIdentity.__init__


def identity_with_tokens(self, *args, **kwargs):
    """CreateEmailIdentity gives a domain no DKIM tokens; AWS gives it three."""
    _make_identity(self, *args, **kwargs)
    self.dkim_attributes.setdefault("Tokens", ["first", "second", "third"])


_run = moto.server.run_simple


def run_one_at_a_time(host, port, app, **options):
    """
    Two requests at once lose each other's changes in moto, and one in some thousand answers does not reach the SDK, which calls again. A
    repetition has the first try's invocation id. It is answered as the first was, because most calls of Terraform refuse a second time:
    "already exists", "not found".
    """
    turn = threading.Lock()
    answered = {}

    def one(environ, start_response):
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        with turn:
            if invocation not in answered:
                head = []
                answer = app(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
                body = b"".join(answer)
                if hasattr(answer, "close"):
                    answer.close()
                status, headers = head
                if invocation is None or not status.startswith("2"):
                    start_response(status, headers)
                    return [body]
                answered[invocation] = (status, headers, body)
            else:
                print("repeated:", environ.get("HTTP_AMZ_SDK_REQUEST"), environ["PATH_INFO"], flush=True)
            status, headers, body = answered[invocation]
            start_response(status, headers)
            return [body]

    _run(host, port, one, **options)


moto.server.run_simple = run_one_at_a_time
DomainName.to_json = domain_to_json
EmailIdentity.__init__ = identity_with_tokens
StepFunctionResponse.list_state_machine_versions = list_state_machine_versions
ConfigurationSet.to_dict_v2 = to_dict_v2
StepFunctionResponse.validate_state_machine_definition = validate_state_machine_definition

moto.server.main(sys.argv[1:])
