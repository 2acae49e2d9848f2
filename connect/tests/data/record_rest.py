"""Records what a REST API answers to the calls in NAME_calls.json, into NAME_answers.json; NAME is rest or manners.

Run against a fresh worker of Apache Kafka Connect 4.3.1 (distributed, JsonConverter with schemas, FileStream and transforms on the
plugin path, offset.flush.interval.ms=1000):  python3 record_rest.py NAME http://HOST:PORT WORK_DIRECTORY
WORK_DIRECTORY must be reachable by the worker and hold in.txt with the lines "hello" and "world".
"""

import json, pathlib, sys, time, urllib.request, urllib.error

name, url, directory = sys.argv[1:4]
here = pathlib.Path(__file__).parent
answers = []
for call in json.loads((here / f"{name}_calls.json").read_text()):
    if "wait" in call:
        time.sleep(call["wait"])
        continue
    body = call.get("body")
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    data = None if body is None else body.replace("{dir}", directory).encode()
    request = urllib.request.Request(url + call["path"], data, {"content-type": "application/json"} | call.get("headers", {}), method=call["method"])
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    text = response.read().decode()
    answer = {"status": response.status, "body": json.loads(text) if text and call["method"] != "OPTIONS" else None}
    if response.headers.get("location"):
        answer["location"] = response.headers["location"]
    answers.append(json.loads(json.dumps(answer).replace(directory, "{dir}").replace(url, "{url}")))
lines = ",\n".join(json.dumps(answer, sort_keys=True) for answer in answers)
(here / f"{name}_answers.json").write_text("[\n" + lines + "\n]\n")
