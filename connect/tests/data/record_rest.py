"""Records what a REST API answers to the calls in rest_calls.json, into rest_answers.json.

Run against a fresh worker of Apache Kafka Connect 4.3.1 (distributed, JsonConverter with schemas, FileStream and transforms on the
plugin path, offset.flush.interval.ms=1000):  python3 record_rest.py http://HOST:PORT WORK_DIRECTORY
WORK_DIRECTORY must be reachable by the worker and hold in.txt with the lines "hello" and "world".
"""

import json, pathlib, sys, time, urllib.request, urllib.error

url, directory = sys.argv[1], sys.argv[2]
here = pathlib.Path(__file__).parent
answers = []
for call in json.loads((here / "rest_calls.json").read_text()):
    if "wait" in call:
        time.sleep(call["wait"])
        continue
    body = call.get("body")
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    data = None if body is None else body.replace("{dir}", directory).encode()
    request = urllib.request.Request(url + call["path"], data, {"content-type": "application/json"}, method=call["method"])
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    text = response.read().decode()
    answer = {"status": response.status, "body": json.loads(text) if text else None}
    if response.headers.get("location"):
        answer["location"] = response.headers["location"]
    answers.append(json.loads(json.dumps(answer).replace(directory, "{dir}").replace(url, "{url}")))
lines = ",\n".join(json.dumps(answer, sort_keys=True) for answer in answers)
(here / "rest_answers.json").write_text("[\n" + lines + "\n]\n")
