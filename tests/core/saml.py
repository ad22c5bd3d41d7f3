"""A small SAML directory: it reads what it was asked and signs an answer, as AD FS and Keycloak do."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from xml.etree import ElementTree

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

ENTITY, LOGIN = "https://directory.example/saml", "https://directory.example/login"
ANSWER = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_{response}" Version="2.0"
 IssueInstant="{now}" Destination="{acs}" InResponseTo="{asked}"><saml:Issuer
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode
 Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{assertion}</samlp:Response>"""
ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{number}" Version="2.0"
 IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{who}</saml:NameID><saml:SubjectConfirmation
 Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{acs}"
 InResponseTo="{asked}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{since}"
 NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>
</saml:Conditions><saml:AuthnStatement AuthnInstant="{now}" SessionIndex="1"><saml:AuthnContext><saml:AuthnContextClassRef
>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""
ATTRIBUTE = '<saml:Attribute Name="{}">{}</saml:Attribute>'
VALUE = "<saml:AttributeValue>{}</saml:AttributeValue>"


class Directory:
    """One with a key of its own; two of them do not believe each other."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name, now = x509.Name([]), datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(1).not_valid_before(now - timedelta(days=1))
        signed = made.not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
        form = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        self.key = key.private_bytes(serialization.Encoding.PEM, *form).decode()
        self.certificate = signed.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def certificate_line(self) -> str:
        return "".join(self.certificate.splitlines()[1:-1])

    def answer(self, asked_at: str, who: str, *, signed: bool = True, **attributes: list[str]) -> str:
        """This will return the SAMLResponse to the request in that address, for `who`."""
        query = parse_qs(urlsplit(asked_at).query)
        request = ElementTree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))  # noqa: S314
        now = datetime.now(UTC)
        facts = {
            "issuer": ENTITY,
            "acs": request.attrib["AssertionConsumerServiceURL"],
            "asked": request.attrib["ID"],
            "audience": request.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"),
            "now": instant(now),
            "since": instant(now - timedelta(minutes=1)),
            "until": instant(now + timedelta(minutes=5)),
        }
        rows = "".join(
            ATTRIBUTE.format(name, "".join(map(VALUE.format, values))) for name, values in attributes.items()
        )
        assertion = ASSERTION.format(number=uuid4().hex, who=who, attributes=rows, **facts)
        if signed:
            assertion = Utils.add_sign(assertion, self.key, self.certificate).decode()
        whole = ANSWER.format(response=uuid4().hex, assertion=assertion, **facts)
        return base64.b64encode(whole.encode()).decode()


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
