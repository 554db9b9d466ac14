"""`labor-sim schema` and `labor-sim check` agree on one set of files, made by hand and at random."""
# ruff: noqa: E501 (files stand in one line)

from __future__ import annotations

import json
import random
import warnings

import pytest
from ruamel.yaml import YAML
from support.fuzz import mutated

from sim.core.errors import ScenarioError
from sim.scenario.json_schema import scenario_schema
from sim.scenario.loading import load_scenario, scenario_files
from sim.scenario.yaml_tree import read_tree

jsonschema = pytest.importorskip("jsonschema")

GOOD = {
    "an empty change": "extends: combined\n",
    "a removed budget": "extends: combined\nlevers:\n  startup_grant: {budget: null}\n",
    "a removed lever": "extends: combined\nlevers: {startup_grant: null}\n",
    "all levers removed": "extends: combined\nlevers: null\n",
    "part of a future": "extends: baseline\nfuture: {low: {real_output_growth: 0.01}}\n",
    "part of a period": "extends: baseline\nperiod: {to: 2030-12}\n",
    "part of a title": "extends: baseline\ntitle: {en: Only English}\n",
    "part of a window": "extends: startup-support\nlevers: {startup_grant: {window: {from: 2026-01}}}\n",
    "part of an effect": "extends: startup-support\n"
    "levers: {startup_grant: {effects: {startup_grant_yuan: {set: 1}}}}\n",
    "a removed limit": "extends: baseline\nlevers:\n- {instrument: startup-subsidy, who: null}\n",
    "a number of an instrument": "extends: baseline\nlevers: [{instrument: 1}]\n",
    "an instrument by name": "extends: baseline\nlevers: {mine: {instrument: startup-subsidy, strength: 0.5}}\n",
    "one of two": "extends: baseline\nlevers:\n- {instrument: startup-subsidy, name: mine}\n",
    "one document": "extends: baseline\nlevers:\n- {instrument: startup-subsidy, documents: ten-departments-2024}\n",
    "documents": "extends: baseline\nlevers:\n- {instrument: startup-subsidy, documents: [ten-departments-2024]}\n",
    "a parameter": "extends: baseline\nparameters: {income_coefficient: 1}\n",
    "several parents": "extends: [startup-support, skills-training]\n",
    "an old word": "extends: baseline\nlevers:\n- {instrument: startup-subsidy, held: 0.1}\n",
    "assumptions": "extends: baseline\nassumptions: low\n",
    "a citation without brackets": "extends: startup-support\n"
    "levers: {startup_grant: {citation: {document: ten-departments-2024, clause: c}}}\n",
    "a path of years": "extends: baseline\npaths: {income_coefficient: {source: x, all: {2014: 1.0, '2020': 1.1}}}\n",
    "merge keys": "extends: baseline\nlevers:\n  a: &a {instrument: startup-subsidy}\n"
    "  b: {<<: *a, strength: 0.2, where: {home_regions: [West]}}\n",
}  # fmt: skip
BAD = {
    "an unknown key": "extends: baseline\nassumption: low\n",
    "an unknown parameter": "extends: baseline\nparameters: {incom_coefficient: 1}\n",
    "a text for a number": "extends: baseline\nparameters: {income_coefficient: '1'}\n",
    "a flag for a number": "extends: baseline\nparameters: {income_coefficient: true}\n",
    "a number for a text": "extends: baseline\ndescription: 5\n",
    "an empty text": "extends: baseline\ndescription: ''\n",
    "a blank text": "extends: baseline\ndescription: '   '\n",
    "a control character": 'extends: baseline\ndescription: "a\\e[31m"\n',
    "a wrong month": "extends: baseline\nperiod: {to: 2030-13}\n",
    "an early month": "extends: baseline\nperiod: {to: 1999-12}\n",
    "a name of a lever": "extends: baseline\nlevers: {A-b c: {instrument: startup-subsidy}}\n",
    "an unknown key of a lever": "extends: combined\nlevers: {startup_grant: {budgets: 1}}\n",
    "an unknown grade": "extends: combined\nlevers: {startup_grant: {evidence: E}}\n",
    "too much take-up": "extends: combined\nlevers: {startup_grant: {take_up: 1.5}}\n",
    "a map for a list": "extends: combined\nlevers: {startup_grant: {where: {provinces: {a: 1}}}}\n",
    "an unknown province": "extends: combined\nlevers: {startup_grant: {where: {provinces: [Bejing]}}}\n",
    "an effect on nothing": "extends: combined\nlevers: {startup_grant: {effects: {nothing: {set: 1}}}}\n",
    "an unknown step": "extends: combined\n"
    "levers: {startup_grant: {effects: {startup_grant_yuan: {sett: 1}}}}\n",
    "a list of words": "extends: baseline\nlevers: [startup-subsidy]\n",
    "an unknown instrument": "extends: baseline\nlevers: [{instrument: startup-subsidi}]\n",
    "a lever without an instrument": "extends: baseline\nlevers: [{strength: 1}]\n",
    "a name line": "extends: baseline\nname: x\n",
    "a part of a citation": "extends: combined\n"
    "levers: {startup_grant: {citation: [{document: ten-departments-2024}]}}\n",
    "too fast a growth": "extends: baseline\nfuture: {low: {real_output_growth: 3}}\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema():
    jsonschema.Draft202012Validator.check_schema(scenario_schema())
    return jsonschema.Draft202012Validator(scenario_schema())


def in_json(file):
    """The file as an editor's validator sees it."""
    tree = read_tree(file, [])
    return None if tree is None else json.loads(json.dumps(tree.plain))


def is_checked(file) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load_scenario(file)
        except ScenarioError:
            return False
    return True


def written(folder, text):
    file = folder / "one.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    return file


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
@pytest.mark.filterwarnings("ignore:.*is now called")
def test_both_accept_what_can_be_run(schema, tmp_path, text):
    file = written(tmp_path, text)
    assert load_scenario(file)
    assert not [f"{error.json_path}: {error.message}" for error in schema.iter_errors(in_json(file))]


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_both_refuse_what_has_a_wrong_key_or_value(schema, tmp_path, text):
    file = written(tmp_path, text)
    assert not is_checked(file)
    assert list(schema.iter_errors(in_json(file)))


def disagreements(schema, folder, numbers) -> list[int]:
    """Files that the check accepts and the schema does not."""
    sources = [path for _, path in sorted(scenario_files().items())]
    wrong = []
    for number in numbers:
        file = written(folder, mutated(number, sources))
        if is_checked(file) and list(schema.iter_errors(in_json(file))):
            wrong.append(number)
    return wrong


def test_the_schema_accepts_a_sample_of_what_the_check_accepts(schema, tmp_path):
    assert disagreements(schema, tmp_path, range(40)) == []


@pytest.mark.long
def test_the_schema_accepts_what_the_check_accepts(schema, tmp_path):
    assert disagreements(schema, tmp_path, range(40, 2000)) == []


def removed_at_random(number: int, tree):
    """A ready file with one of its parts set to null or left out."""
    chance, places = random.Random(number), []

    def walk(value):
        if isinstance(value, dict):
            for key in value:
                places.append((value, key))
                walk(value[key])

    walk(tree)
    holder, key = chance.choice(places)
    if chance.random() < 0.5:
        holder[key] = None
    else:
        del holder[key]
    return tree


def test_removing_any_part_is_seen_alike(schema, tmp_path):
    sources = [path for _, path in sorted(scenario_files().items())]
    yaml, accepted = YAML(typ="safe", pure=True), 0
    for number in range(60):
        path = sources[number % len(sources)]
        tree = removed_at_random(number, yaml.load(path.read_text(encoding="utf-8")))
        file = tmp_path / "one.yaml"
        with open(file, "w", encoding="utf-8") as stream:
            YAML().dump(tree, stream)
        if is_checked(file):
            accepted += 1
            assert not list(schema.iter_errors(in_json(file))), number
    assert accepted > 5
