import json, sys
q = json.load(sys.stdin)
print(json.dumps([]))
