"""Judges experiment files by a JSON Schema with python3-jsonschema, a validator that knows nothing of Assay.

validate_experiments.py SCHEMA.json FILE.toml...   one line a file: "FILE: fine", or "FILE: " and what is wrong.
Exits with 3 where the validator isn't installed, with 1 when SCHEMA is no JSON Schema of draft-07.
"""
import json
import sys

try:
    import tomllib
    from jsonschema import Draft7Validator
except ImportError as missing:
    print(missing)
    sys.exit(3)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
try:
    Draft7Validator.check_schema(schema)
except Exception as error:
    sys.exit(f"{sys.argv[1]} is no schema: {error}")
validator = Draft7Validator(schema)
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        experiment = tomllib.load(file)
    errors = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(experiment)]
    print(f"{name}: " + ("; ".join(errors) if errors else "fine"))
