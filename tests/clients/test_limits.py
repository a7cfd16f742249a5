"""Values that the service refuses, and those that it must take: lengths, numbers, XML, text."""

import re
import socket
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from harness import EXTERNAL, INSIDES, UNKNOWN, ControlError, make_hit, refused, worker_id

XSD = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
KINDS = ("RequestError", "ParameterValidationError", "ValidationException")
PARSING = "There was an error parsing the XML question or answer data in your request."


@pytest.fixture(autouse=True)
def alive_afterwards(server):
    """Whatever a test sends, the server answers the next request."""
    yield
    assert server.raw({}, "GetAccountBalance").status == 200


def test_what_clients_send_is_taken(mturk):
    """Empty keywords, odd frames, leading blanks, short times, local URLs: all in use."""
    frame = EXTERNAL.replace("600", "%s")
    html = "<![CDATA[<!DOCTYPE html><html><body><form name='mturk_form'></form></body></html>]]>"
    questions = [
        frame % 0,
        frame % 20000,
        "\n  " + EXTERNAL,
        '<?xml version="1.0" encoding="UTF-8"?>\n' + EXTERNAL,
        f'<HTMLQuestion xmlns="{XSD}/2011-11-11/HTMLQuestion.xsd"><HTMLContent>{html}'
        "</HTMLContent><FrameHeight>450</FrameHeight></HTMLQuestion>",
    ]
    questions += [
        f'<QuestionForm xmlns="{XSD}/{date}/QuestionForm.xsd"><Question><QuestionIdentifier>q1'
        "</QuestionIdentifier><IsRequired>true</IsRequired><QuestionContent><Text>Which?</Text>"
        "</QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>"
        "</Question></QuestionForm>"
        for date in ("2005-10-01", "2017-11-06")
    ]
    for question in questions:
        assert make_hit(mturk, Question=question)["Question"] == question
    make_hit(mturk, Keywords="", AutoApprovalDelayInSeconds=0)
    make_hit(mturk, LifetimeInSeconds=30, AssignmentDurationInSeconds=30)
    assert make_hit(mturk, Reward="5.")["Reward"] == "5.00"


# --- values beyond the limits ------------------------------------------------------------------

TOO_MUCH = [
    ("Title", "x" * 129),
    ("Description", "x" * 2001),
    ("Keywords", "x" * 1001),
    ("RequesterAnnotation", "x" * 256),
    ("UniqueRequestToken", "x" * 65),
    ("Question", "x" * 65536),
    ("Question", EXTERNAL + " " * 65536),
    ("Question", None),
    ("LifetimeInSeconds", 29),
    ("LifetimeInSeconds", 31536001),
    ("AssignmentDurationInSeconds", 29),
    ("AssignmentDurationInSeconds", 31536001),
    ("AutoApprovalDelayInSeconds", -1),
    ("AutoApprovalDelayInSeconds", 2592001),
    ("MaxAssignments", 0),
    ("MaxAssignments", -1),
    ("MaxAssignments", 1000000001),
    ("MaxAssignments", 2**40),
    ("Title", "a\0b"),
    ("Description", "a\0b"),
    ("Keywords", "a\0b"),
    ("RequesterAnnotation", "a\0b"),
    ("UniqueRequestToken", "a\0b"),
    ("Question", EXTERNAL.replace("localhost", "local\0host")),
    ("Question", EXTERNAL.replace("localhost", "local\x01host")),
]


@pytest.mark.parametrize("member, value", TOO_MUCH, ids=[name for name, _ in TOO_MUCH])
def test_value_beyond_its_limit_creates_nothing(mturk, member, value):
    """Too long, too short, too many, NUL: refused, naming the member, and no HIT appears."""
    with pytest.raises(ClientError) as caught:
        make_hit(mturk, **{member: value})
    got = caught.value.response
    allowed = (*KINDS, "SerializationException") if value == 2**40 else KINDS
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert got["Error"]["Code"] in allowed, got
    assert not INSIDES.search(got["Error"]["Message"])
    assert mturk.list_hits()["NumResults"] == 0


def test_longest_values_are_taken_whole(mturk):
    """Each limit itself is allowed; lengths are counted in characters, questions in bytes."""
    longest = {
        "Title": "é" * 128,
        "Description": "日" * 2000,
        "Keywords": "k" * 1000,
        "RequesterAnnotation": "a" * 255,
        "UniqueRequestToken": "t" * 64,
        "Question": EXTERNAL + " " * (65535 - len(EXTERNAL)),
        "LifetimeInSeconds": 31536000,
        "AssignmentDurationInSeconds": 31536000,
        "AutoApprovalDelayInSeconds": 2592000,
    }
    hit = make_hit(mturk, **longest)
    del longest["UniqueRequestToken"]
    del longest["LifetimeInSeconds"]
    assert {name: hit[name] for name in longest} == longest


@pytest.mark.parametrize("feedback", ["a\0b", "a\x01b", "a\x1fb", "x" * 1025])
def test_feedback_that_cannot_be_kept(server, mturk, feedback):
    """Control characters and overlong feedback are refused, and nothing is decided."""
    hit_id = make_hit(mturk)["HITId"]
    assignment_id = server.submit(hit_id)["AssignmentId"]
    with pytest.raises(ClientError) as caught:
        mturk.reject_assignment(AssignmentId=assignment_id, RequesterFeedback=feedback)
    assert caught.value.response["Error"]["Code"] in KINDS
    got = mturk.get_assignment(AssignmentId=assignment_id)["Assignment"]
    assert got["AssignmentStatus"] == "Submitted"
    mturk.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="a\tb\r\nc")


# --- questions ---------------------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE b [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + f"]>{EXTERNAL.replace('600', '&a11;')}"
)
BAD_QUESTIONS = {
    "no XML": "who what?",
    "not closed": EXTERNAL[:-3],
    "bare ampersand": EXTERNAL.replace("&amp;", "&"),
    "two roots": EXTERNAL * 2,
    "unknown root": f'<Question xmlns="{XSD}/2006-07-14/ExternalQuestion.xsd"/>',
    "no namespace": "<ExternalQuestion><ExternalURL>http://a/</ExternalURL></ExternalQuestion>",
    "no height": EXTERNAL.replace("<FrameHeight>600</FrameHeight>", ""),
    "height is no number": EXTERNAL.replace("600", "tall"),
    "element unknown": EXTERNAL.replace("</ExternalQuestion>", "<X/></ExternalQuestion>"),
    "comment only": "<!-- nothing -->",
    "bomb": BOMB,
    "deep": "<a>" * 9_000 + "</a>" * 9_000,
}


@pytest.mark.parametrize("question", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_bad_question(mturk, question):
    """A question that is not well-formed or not of its schema is refused in the service's words."""
    with refused("ParameterValidationError") as caught:
        make_hit(mturk, Question=question)
    message = caught.value.response["Error"]["Message"]
    assert message.startswith(PARSING)
    assert re.search(r" \(\d{13} s\)$", message)
    assert len(message) < 10_000
    assert mturk.list_hits()["NumResults"] == 0


def test_external_entity_is_not_fetched(mturk):
    """A question cannot make the server read a file or open a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        for target in (f"http://127.0.0.1:{listener.getsockname()[1]}/x", "file:///etc/hostname"):
            doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]>'
            with refused("ParameterValidationError"):
                make_hit(mturk, Question=doctype + EXTERNAL.replace("600", "&e;"))
        with pytest.raises(BlockingIOError):
            listener.accept()


# --- other values ------------------------------------------------------------------------------


@pytest.mark.parametrize("hit_type", ["3" + "F" * 29, "ASFD"])
def test_unknown_hit_type(mturk, hit_type):
    """A HIT type that does not exist is a value that is not valid."""
    with pytest.raises(ClientError) as caught:
        mturk.create_hit_with_hit_type(
            HITTypeId=hit_type, LifetimeInSeconds=60, Question=EXTERNAL
        )
    assert caught.value.response["Error"]["Code"] in KINDS[:2]
    assert "HITType" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "path, body, status",
    [
        (f"/_mturk/hits/{UNKNOWN}/submissions", {"Answers": {"a": "b"}}, None),
        (f"/_mturk/assignments/{UNKNOWN}/submit", {"Answers": {"a": "b"}}, None),
        (f"/_mturk/assignments/{UNKNOWN}/return", {}, None),
        ("/_mturk/clock", {"advance": "soon"}, None),
        ("/_mturk/clock", [], None),
        ("/_mturk/nothing-here", {}, 404),
    ],
)
def test_control_refuses_in_its_own_form(server, path, body, status):
    """The control API answers 4xx with a code and a message."""
    with pytest.raises(ControlError) as caught:
        server.control("POST", path, body)
    error = caught.value
    assert error.status == status if status else 400 <= error.status < 500
    assert error.code and error.message and not INSIDES.search(error.message)


@pytest.mark.parametrize("answer", ["a\0b", "a\x01b", "a\ufffeb", "]]>", "\U0001f600"])
def test_answer_with_odd_characters(server, mturk, answer):
    """What no XML can hold is refused or left out: the listed answer can always be parsed."""
    hit_id = make_hit(mturk)["HITId"]
    try:
        server.submit(hit_id, worker_id(), {"q": answer})
    except ControlError as refusal:
        assert refusal.status < 500
        assert mturk.list_assignments_for_hit(HITId=hit_id)["NumResults"] == 0
    else:
        listed = mturk.list_assignments_for_hit(HITId=hit_id)["Assignments"][0]
        ElementTree.fromstring(listed["Answer"])
