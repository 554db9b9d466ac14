"""The English words of lives and decisions: one table, which another language replaces as a whole.

Sentences are templates that ``sim.present.text.lives`` fills from a life's happenings. ``{she}``, ``{her}`` and
``{herself}`` follow the worker's sex; ``{She}`` begins a sentence.
"""

from __future__ import annotations

PRONOUNS = {
    "female": {"she": "she", "her": "her", "herself": "herself", "who": "woman"},
    "male": {"she": "he", "her": "his", "herself": "himself", "who": "man"},
}

PLACES = {
    "home_township": "the home township in {province}",
    "county_town": "a town of under 1 million people in {province}",
    "city": "a city of 1 to 3 million people in {province}",
    "large_city": "a city of 3 to 5 million people in {province}",
    "mega_city": "a city of over 5 million people in {province}",
}
SHORT_PLACES = {
    "home_township": "home, {province}",
    "county_town": "town, {province}",
    "city": "city of 1–3 million, {province}",
    "large_city": "city of 3–5 million, {province}",
    "mega_city": "city over 5 million, {province}",
}
CITY_PROVINCES = ("Beijing", "Shanghai", "Tianjin")  # provinces that are one city

JOBS = {
    "manufacturing": "in a factory",
    "construction": "on a building site",
    "wholesale_retail": "in a shop or market",
    "transport": "in transport, storage or post",
    "hotel_catering": "in a hotel or restaurant",
    "resident_services": "in services to residents",
    "other": "in another trade",
}

NOW = {  # what a worker is doing
    "farm": "farming or idle in {her} village in {home}",
    "local_work": "working {job} in {her} home township in {home}, for {pay} yuan a month",
    "own_business": "running a business of {her} own at home in {home}",
    "migrant_work": "working {job} in {place}, for {pay} yuan a month",
    "migrant_search": "looking for work in {place}",
    "settled_work": "registered and working {job} in {place}, for {pay} yuan a month",
    "settled_search": "registered and looking for work in {place}",
    "training": "on a course or at school",
    "exited": "out of the labour force",
}

QUIET = {  # what a stretch of months without events was like
    "farm": "{She} stayed on the land for {duration}.",
    "local_work": "{She} kept the job at home for {duration}, at {pay} yuan a month on average.",
    "own_business": "{She} ran the business for {duration}, with {pay} yuan of profit a month on average.",
    "migrant_work": "{She} worked there for {duration}, at {pay} yuan a month on average, and sent home {sent} yuan.",
    "migrant_search": "{She} looked for work for {duration}.",
    "settled_work": "{She} worked there for {duration}, at {pay} yuan a month on average.",
    "settled_search": "{She} looked for work for {duration}.",
    "training": "That took {duration}.",
}

SENTENCES = {
    "enters": "At {age_years} {she} came of working age in {home}.",
    "exits": "At {age_years} {she} left the labour force. The model does not tell whether {she} retired, fell ill or died.",
    "settles": "{She} moved {her} registration to {place}, after {duration} there. By the official count {she} is a migrant worker no more.",
    "settles.new": "{She} moved {her} registration to {place}, after {duration} there; without the policy {she} would have been refused or not have applied. By the official count {she} is a migrant worker no more.",
    "starts_business": "{She} started a business at home with {capital} yuan{support}{staff}.",
    "starts_business.returned": "{She} came back from {from_place} and started a business at home with {capital} yuan{support}{staff}.",
    "closes_business": "{She} closed the business after {duration} and went back to the land.",
    "takes_course": "{She} took a public training course.",
    "takes_course.dropped": "{She} began a public training course and did not complete it.",
    "goes_to_school": "{She} left work to go to school.",
    "ends_course": "The course over, {she} was back on the land.",
    "ends_course.search": "The course over, {she} looked for work again.",
    "ends_course.job": "A job {job} was waiting at the end of the course.",
    "ends_course.school": "{She} finished school, with {education}.",
    "stranded": "After Spring Festival {she} could not get back to {her} job {job} in {place}, and lost it.",
    "changes_job": "{She} changed jobs, and {her} pay went from {pay_before} to {pay} yuan a month.",
    "changes_job.sector": "{She} changed from a job {job_before} to one {job}; {her} pay went from {pay_before} to {pay} yuan a month.",
    "placed": "{She} lost {her} job and was placed in another {job} at once, for {pay} yuan a month.",
    "loses_job": "{She} lost {her} job {job} {where}, after {duration}{relief}.",
    "loses_job.local": "{She} lost {her} job {job} in the home township, after {duration}{relief}.",
    "finds_job": "After {duration} of looking {she} found a job {job} {where}, for {pay} yuan a month.",
    "finds_job.soon": "{She} found a job {job} {where}, for {pay} yuan a month.",
    "begins_works": "{She} was taken on for public works at home, for {pay} yuan a month.",
    "begins_works.workshop": "{She} began to work in a workshop in the village, for {pay} yuan a month.",
    "ends_works": "The public works were over after {duration}.",
    "joins_insurance": "{She} joined the workers' pension scheme.",
    "goes_unpaid": "{Her} employer stopped paying wages.",
    "is_paid_out": "{She} was paid the {owed} yuan that the employer owed.",
    "goes_to_farm": "{She} gave up paid work for the farm.",
    "goes_to_farm.from_away": "{She} went home to {her} village after {duration} in {from_place}.",
    "takes_local_job": "{She} took a job {job} in the home township, for {pay} yuan a month.",
    "takes_local_job.from_away": "{She} came home from {from_place} and took a job {job} in the home township, for {pay} yuan a month.",
    "leaves_home": "{She} left home to look for work in {place}.",
    "moves_on": "{She} moved on from {from_place} to {place}.",
    "goes_back": "{She} went back to {place}, where {she} had worked.",
    "held_up": "{She} made up {her} mind to go to {place}, and put it off, so near to Spring Festival.",
    "held_up.closed": "{She} made up {her} mind to go to {place}, and could not: roads were closed.",
}

PARTS = {
    "grant": "a grant of {grant} yuan",
    "loan": "a loan of {loan} yuan",
    "support": ", {parts} among it",
    "additional": ", which {she} would not have done without the policy",
    "staff": ", and paid {jobs} people",
    "one": ", and paid one person",
    "relief": ", and was paid relief of {relief} yuan",
    "and": " and ",
    "odds": "Of a hundred who thought it over in {her} position, {count} would have done the same.",
    "odds.none": "Of a hundred who thought it over in {her} position, fewer than one would have done the same.",
    "odds.most": "Of a hundred who thought it over in {her} position, nearly all would have done the same.",
    "there": "there",
    "where": "in {place}",
    "opening": "At {age} {she} was {now}.",
    "title": "Worker {worker}: a {who} from {home}, born {born}, {education}{poor}",
    "poor": ", of a poor household",
    "about": "Scenario: {title}, seed {seed}. One simulated worker stands for {scale} real ones; money is in yuan of the time.",
    "summary": "From {first} to {last}: {spent}. {She} {moves}{sent}.",
    "sent": ", and sent home {sent} yuan in all",
    "spent.farm": "{duration} on the land",
    "spent.local_work": "{duration} in local work",
    "spent.own_business": "{duration} in a business of {her} own",
    "spent.migrant_work": "{duration} at work away",
    "spent.migrant_search": "{duration} looking for work away",
    "spent.settled_work": "{duration} settled in a city and at work",
    "spent.settled_search": "{duration} settled in a city and looking for work",
    "spent.training": "{duration} on courses or at school",
    "moves.left": "left home {times}",
    "moves.lost": "lost a job {times}",
    "moves.none": "never left home to look for work",
    "thought": "{She} weighed up the ways on {times}.",
    "found": "{count} workers fit in {month}; told is worker {worker}, picked by the seed.",
    "found.one": "One worker fits in {month}: {worker}.",
    "gone": "In these months the worker is not in the labour force.",
    "never": "never",
    "once": "once",
    "twice": "twice",
    "times": "{count} times",
    "year": "{count} year",
    "years": "{count} years",
    "month": "{count} month",
    "months": "{count} months",
    "less_than_month": "less than a month",
}

SCHOOLING = {
    "none": "without schooling",
    "primary": "with primary school",
    "junior": "with junior middle school",
    "senior": "with senior middle school",
    "college": "with college",
}
MONTHS = "January February March April May June July August September October November December".split()
