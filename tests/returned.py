"""Delivery reports as mail servers write them (RFC 3464), for the tests of what comes back."""

from __future__ import annotations


def postfix(
    message_id: str, *, to: str, action: str = "failed", status: str = "5.1.1", whole: bool = False
) -> bytes:
    """This will write a report as Postfix does: a text for people, the status, and the returned headers or letter."""
    said = (
        f"550 5.1.1 <{to}>: Recipient address rejected"
        if action == "failed"
        else "451 4.7.1 Greylisted, try again"
    )
    part = "message/rfc822" if whole else "text/rfc822-headers"
    body = "\n\nVi beställer avregistrering." if whole else ""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mail.avinge.example (Mail Delivery System)
To: redaktionen@avinge.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-Id: <20261125093012.4BD7F1C2@mail.avinge.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="4BD7F1C2.1764063012/mail.avinge.example"

This is a MIME-encapsulated message.

--4BD7F1C2.1764063012/mail.avinge.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.avinge.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{to}>: host mx.avinge.example[192.0.2.25] said: {said} (in reply to RCPT TO command)

--4BD7F1C2.1764063012/mail.avinge.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.avinge.example
X-Postfix-Queue-ID: 4BD7F1C2
X-Postfix-Sender: rfc822; redaktionen@avinge.example
Arrival-Date: Wed, 25 Nov 2026 09:30:11 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.avinge.example
Diagnostic-Code: smtp; {said}

--4BD7F1C2.1764063012/mail.avinge.example
Content-Description: Undelivered Message Headers
Content-Type: {part}; charset=utf-8
Content-Transfer-Encoding: 8bit

Return-Path: <redaktionen@avinge.example>
Subject: =?utf-8?q?Avregistrera_kanalen?=
From: redaktionen@avinge.example
To: {to}
Message-ID: {message_id}{body}

--4BD7F1C2.1764063012/mail.avinge.example--
""".encode()


def exchange(message_id: str, *, to: str) -> bytes:
    """This will write a report as Exchange does: the status in another order, the whole letter, base64 for people."""
    return f"""From: postmaster@avinge.example
To: redaktionen@avinge.example
Subject: =?utf-8?B?T2xldmVyZXJiYXJ0?=
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x-1"
In-Reply-To: {message_id}

--x-1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

TWVkZGVsYW5kZXQga3VuZGUgaW50ZSBsZXZlcmVyYXMu

--x-1
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.avinge.example

Original-Recipient: rfc822;{to}
Final-Recipient: rfc822;{to}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp;554 5.2.2 mailbox full

--x-1
Content-Type: message/rfc822

From: redaktionen@avinge.example
To: {to}
Subject: Order
Message-ID: {message_id}

Text.
--x-1--
""".encode()
