"""The words of lives and decisions: sentences by the key of what they tell, Chinese ones in ``data/zh/lives.po``.

They are templates that ``sim.present.text.lives`` fills from a life's happenings. ``{she}``, ``{her}`` and
``{herself}`` follow the worker's sex; ``{She}`` begins a sentence. Chinese may leave them out.
"""

from __future__ import annotations

from sim.core.language import N_, Words

PRONOUNS = {
    "female": Words(
        {
            "she": N_("she"),
            "her": N_("her"),
            "her_object": N_("her"),
            "herself": N_("herself"),
            "who": N_("woman"),
        }
    ),
    "male": Words(
        {
            "she": N_("he"),
            "her": N_("his"),
            "her_object": N_("him"),
            "herself": N_("himself"),
            "who": N_("man"),
        }
    ),
}

PLACES = Words(
    {
        "home_township": N_("the home township in {province}"),
        "county_town": N_("a town of under 1 million people in {province}"),
        "city": N_("a city of 1 to 3 million people in {province}"),
        "large_city": N_("a city of 3 to 5 million people in {province}"),
        "mega_city": N_("a city of over 5 million people in {province}"),
    }
)
SHORT_PLACES = Words(
    {
        "home_township": N_("home, {province}"),
        "county_town": N_("town, {province}"),
        "city": N_("city of 1–3 million, {province}"),
        "large_city": N_("city of 3–5 million, {province}"),
        "mega_city": N_("city over 5 million, {province}"),
    }
)
BAND_PLACES = Words(
    {  # in a picture, in two lines
        "home_township": N_("home\n{province}"),
        "county_town": N_("town\n{province}"),
        "city": N_("city of 1–3 million\n{province}"),
        "large_city": N_("city of 3–5 million\n{province}"),
        "mega_city": N_("city over 5 million\n{province}"),
    }
)
CITY_PROVINCES = ("Beijing", "Shanghai", "Tianjin")  # provinces that are one city

JOBS = Words(
    {
        "manufacturing": N_("in a factory"),
        "construction": N_("on a building site"),
        "wholesale_retail": N_("in a shop or market"),
        "transport": N_("in transport, storage or post"),
        "hotel_catering": N_("in a hotel or restaurant"),
        "resident_services": N_("in services to residents"),
        "other": N_("in another trade"),
    }
)

NOW = Words(
    {  # what a worker is doing
        "farm": N_("farming or idle in {her} village in {home}"),
        "local_work": N_("working {job} in {her} home township in {home}, for {pay} yuan a month"),
        "own_business": N_("running a business of {her} own at home in {home}"),
        "migrant_work": N_("working {job} in {place}, for {pay} yuan a month"),
        "migrant_search": N_("looking for work in {place}"),
        "settled_work": N_("registered and working {job} in {place}, for {pay} yuan a month"),
        "settled_search": N_("registered and looking for work in {place}"),
        "training": N_("on a course or at school"),
        "exited": N_("out of the labour force"),
    }
)

QUIET = Words(
    {  # what a stretch of months without events was like
        "farm": N_("{She} stayed on the land for {duration}."),
        "local_work": N_("{She} kept the job at home for {duration}, at {pay} yuan a month on average."),
        "own_business": N_(
            "{She} ran the business for {duration}, with {pay} yuan of profit a month on average."
        ),
        "migrant_work": N_(
            "{She} worked there for {duration}, at {pay} yuan a month on average, and sent home {sent} yuan."
        ),
        "migrant_search": N_("{She} looked for work for {duration}."),
        "settled_work": N_("{She} worked there for {duration}, at {pay} yuan a month on average."),
        "settled_search": N_("{She} looked for work for {duration}."),
        "training": N_("That took {duration}."),
    }
)

SENTENCES = Words(
    {
        "enters": N_("At {age_years} {she} came of working age in {home}."),
        "exits": N_(
            "At {age_years} {she} left the labour force. The model does not tell whether {she} retired, fell ill or died."
        ),
        "settles": N_(
            "{She} moved {her} registration to {place}, after {duration} there. By the official count {she} is a migrant worker no more."
        ),
        "settles.new": N_(
            "{She} moved {her} registration to {place}, after {duration} there; without the policy {she} would have been refused or not have applied. By the official count {she} is a migrant worker no more."
        ),
        "starts_business": N_(
            "{She} started a business at home with {capital} yuan{support}{additional}{staff}."
        ),
        "starts_business.returned": N_(
            "{She} came back from {from_place} and started a business at home with {capital} yuan{support}{additional}{staff}."
        ),
        "closes_business": N_("{She} closed the business after {duration} and went back to the land."),
        "closes_business.repaid": N_(
            "{She} closed the business after {duration}, paid back {repaid} yuan that {she} still owed, and went back to the land."
        ),
        "closes_business.default": N_(
            "{She} closed the business after {duration} and went back to the land. Of the loan {she} paid back {repaid} yuan at once and {lost} yuan never."
        ),
        "pays_off_loan": N_("After {duration} the loan of {loan} yuan was paid off."),
        "misses_instalment": N_(
            "{She} could not pay an instalment of the loan, of which {owed} yuan were left."
        ),
        "takes_course": N_("{She} took a public training course."),
        "takes_course.dropped": N_("{She} began a public training course and did not complete it."),
        "goes_to_school": N_("{She} left work to go to school."),
        "ends_course": N_("The course over, {she} was back on the land."),
        "ends_course.search": N_("The course over, {she} looked for work again."),
        "ends_course.job": N_("A job {job} was waiting at the end of the course."),
        "ends_course.school": N_("{She} finished school, with {education}."),
        "stranded": N_(
            "After Spring Festival {she} could not get back to {her} job {job} in {place}, and lost it."
        ),
        "changes_job": N_("{She} changed jobs, and {her} pay went from {pay_before} to {pay} yuan a month."),
        "changes_job.sector": N_(
            "{She} changed from a job {job_before} to one {job}; {her} pay went from {pay_before} to {pay} yuan a month."
        ),
        "placed": N_("{She} lost {her} job and was placed in another {job} at once, for {pay} yuan a month."),
        "loses_job": N_("{She} lost {her} job {job} {where}, after {duration}{relief}."),
        "loses_job.local": N_("{She} lost {her} job {job} in the home township, after {duration}{relief}."),
        "finds_job": N_(
            "After {duration} of looking {she} found a job {job} {where}, for {pay} yuan a month."
        ),
        "finds_job.soon": N_("{She} found a job {job} {where}, for {pay} yuan a month."),
        "begins_works": N_("{She} was taken on for public works at home, for {pay} yuan a month."),
        "begins_works.workshop": N_(
            "{She} began to work in a workshop in the village, for {pay} yuan a month."
        ),
        "ends_works": N_("The public works were over after {duration}."),
        "joins_insurance": N_("{She} joined the workers' pension scheme."),
        "goes_unpaid": N_("{Her} employer stopped paying wages."),
        "is_paid_out": N_("{She} was paid the {owed} yuan that the employer owed."),
        "goes_to_farm": N_("{She} gave up paid work for the farm."),
        "goes_to_farm.from_away": N_("{She} went home to {her} village after {duration} in {from_place}."),
        "takes_local_job": N_("{She} took a job {job} in the home township, for {pay} yuan a month."),
        "takes_local_job.from_away": N_(
            "{She} came home from {from_place} and took a job {job} in the home township, for {pay} yuan a month."
        ),
        "leaves_home": N_("{She} left home to look for work in {place}."),
        "moves_on": N_("{She} moved on from {from_place} to {place}."),
        "goes_back": N_("{She} went back to {place}, where {she} had worked."),
        "held_up": N_(
            "{She} made up {her} mind to go to {place}, and put it off, so near to Spring Festival."
        ),
        "held_up.closed": N_("{She} made up {her} mind to go to {place}, and could not: roads were closed."),
    }
)

PARTS = Words(
    {
        "grant": N_("a grant of {grant} yuan"),
        "loan": N_("a loan of {loan} yuan"),
        "support": N_(", {parts} among it"),
        "borrowed": N_(", all of it borrowed"),
        "additional": N_(", which {she} would not have done without the policy"),
        "staff": N_(", and paid {jobs} people"),
        "one": N_(", and paid one person"),
        "relief": N_(", and was paid relief of {relief} yuan"),
        "odds": N_("Of a hundred who thought it over in {her} position, {count} would have done the same."),
        "odds.none": N_(
            "Of a hundred who thought it over in {her} position, fewer than one would have done the same."
        ),
        "odds.most": N_(
            "Of a hundred who thought it over in {her} position, nearly all would have done the same."
        ),
        "there": N_("there"),
        "where": N_("in {place}"),
        "opening": N_("At {age} {she} was {now}."),
        "title": N_("Worker {worker}: a {who} from {home}, born {born}, {education}{poor}"),
        "poor": N_(", of a poor household"),
        "about": N_(
            "Scenario: {title}, seed {seed}. One simulated worker stands for {scale} real ones; money is in yuan of the time."
        ),
        "summary": N_("From {first} to {last}: {spent}. {She} {moves}{sent}."),
        "sent": N_(", and sent home {sent} yuan in all"),
        "spent.farm": N_("{duration} on the land"),
        "spent.local_work": N_("{duration} in local work"),
        "spent.own_business": N_("{duration} in a business of {her} own"),
        "spent.migrant_work": N_("{duration} at work away"),
        "spent.migrant_search": N_("{duration} looking for work away"),
        "spent.settled_work": N_("{duration} settled in a city and at work"),
        "spent.settled_search": N_("{duration} settled in a city and looking for work"),
        "spent.training": N_("{duration} on courses or at school"),
        "moves.left": N_("left home {left}"),
        "moves.lost": N_("lost a job {lost}"),
        "moves.both": N_("left home {left} and lost a job {lost}"),
        "moves.none": N_("never left home to look for work"),
        "thought": N_("{She} weighed up the ways on {times}."),
        "found": N_("{count} workers fit in {month}; told is worker {worker}, picked by the seed."),
        "found.one": N_("One worker fits in {month}: {worker}."),
        "gone": N_("In these months the worker is not in the labour force."),
        "never": N_("never"),
        "once": N_("once"),
        "twice": N_("twice"),
        "times": N_("{count} times"),
        "years_and_months": N_("{years} and {months}"),
        "less_than_month": N_("less than a month"),
    }
)

SCHOOLING = Words(
    {
        "none": N_("without schooling"),
        "primary": N_("with primary school"),
        "junior": N_("with junior middle school"),
        "senior": N_("with senior middle school"),
        "college": N_("with college"),
    }
)

# --- pictures -----------------------------------------------------------------------------------------------
CHART = Words(
    {
        "life": N_(
            "{title}, seed {seed}, 1:{scale}. Above: what the worker did, and where away from home. Below: yuan of the time."
        ),
        "earned": N_("Earned in the month (blue), and sent home of it (orange)"),
        "savings": N_("Savings"),
        "decision_title": N_("{title}: {month}"),
        "decision": N_(
            "{title}, seed {seed}, 1:{scale}: {asked}, and how much counted for (right) and against (left) each way on."
        ),
        "asked": N_("what was weighed up"),
        "asked_not": N_("what would have been weighed up"),
        "axis": N_("log-odds: +0.69 doubles the odds; circle: the sum, of which the highest wins"),
    }
)
MARKS = Words(
    {
        "loses_job": N_("lost a job"),
        "changes_job": N_("changed jobs"),
        "settles": N_("registered in the city"),
        "starts_business": N_("started a business"),
        "takes_course": N_("took a course"),
        "goes_unpaid": N_("went unpaid"),
    }
)
TERM_GROUPS = Words(
    {
        "income": N_("income"),
        "switching": N_("leaving what one has"),
        "distance": N_("distance and border"),
        "people": N_("fellow workers and ties"),
        "stay": N_("years spent there"),
        "person": N_("child, sex, age, schooling"),
        "other": N_("near home or away, registration and the rest"),
        "luck": N_("luck"),
    }
)

# --- decisions ----------------------------------------------------------------------------------------------
OPTIONS = Words(
    {
        "farm": N_("stay on the farm"),
        "farm.home": N_("go home to the farm"),
        "local_work": N_("work near home"),
        "local_work.stay": N_("keep to work near home"),
        "stay_or_old_place": N_("stay in {place}"),
        "stay_or_old_place.back": N_("go back to {place}"),
        "migrate": N_("go to {place}"),
    }
)
OPTION_HEADS = Words(
    {
        "farm": N_("farm"),
        "local_work": N_("work near home"),
        "stay_or_old_place": N_("stay: {place}"),
        "stay_or_old_place.back": N_("back to: {place}"),
        "migrate": N_("go to: {place}"),
    }
)
TERMS = Words(
    {  # in the order in which they are listed
        "income": N_("income to be expected"),
        "public_post": N_("a public post at home"),
        "near_home": N_("working near home"),
        "living_away": N_("living away from home"),
        "home_province": N_("how common leaving has been in {home}"),
        "fellow_workers": N_("fellow workers from {home} who are away"),
        "schooling": N_("schooling"),
        "age": N_("age"),
        "sex": N_("being a woman"),
        "children": N_("a child at school"),
        "registration": N_("easier registration"),
        "vacancies": N_("news of vacancies"),
        "place": N_("amenities of the place"),
        "years_there": N_("years spent there"),
        "distance": N_("distance"),
        "border": N_("another province"),
        "ties": N_("ties between {home} and the place"),
        "corridor_relief": N_("help on the way"),
        "help_to_leave": N_("help to leave"),
        "switching": N_("cost of leaving what one has"),
    }
)
FIGURES = Words(
    {
        "income": N_("{yuan} yuan a month"),
        "fellow_workers": N_("{share_away} of all workers"),
        "distance": N_("{km} km"),
        "years_there": N_("{months}"),
        "children": N_("{school_access_share} find a place"),
        "registration": N_("{cost_share} of the cost is left"),
        "schooling": N_("{school_years} years"),
        "age": N_("{age_years}"),
    }
)
DECISION = Words(
    {
        "position": N_("As {month} began, {she} was {age} and {now}."),
        "heeds": N_(
            "{She} thought it over that month: the chance was {chance}{because}, and the draw {draw} lay below it."
        ),
        "heeds_not": N_(
            "{She} did not think it over that month: the chance was {chance}{because}, and the draw was {draw}."
        ),
        "because.new": N_(", as for everybody who enters the labour force"),
        "because.displaced": N_(", for {she} had lost a job or been held up"),
        "because.discouraged": N_(", for {she} had looked for work in vain for months"),
        "because.festival": N_(", as for everybody around Spring Festival"),
        "because.": N_(", as in an ordinary month"),
        "then": N_("The next month in which {she} did was {month}."),
        "never": N_("In the five years that followed {she} did not."),
        "had": N_("Had {she} thought it over, it would have been:"),
        "owner": N_("{She} had nothing to decide: whoever runs a business keeps to it until it closes."),
        "settled": N_("{She} had nothing to decide: whoever has moved registration to a city stays there."),
        "training": N_("{She} had nothing to decide: a course or school comes first."),
        "visiting": N_(
            "{She} had nothing to decide: {she} was at home for Spring Festival, the job waiting."
        ),
        "chose": N_("{She} decided to {option}."),
        "would": N_("{She} would have decided to {option}."),
        "margin": N_("It came first with {score}, ahead of the next ({option}) with {second}."),
        "for": N_("What set it above the next: {reasons}."),
        "against": N_("What set it below: {reasons}."),
        "luck": N_("Luck tipped it: by its terms alone, the first would have been to {option}."),
        "no_luck": N_("It was the first by its terms alone; luck did not tip it."),
        "together": N_(
            "It is one place of {count}, and the best of so many draws is large: all of them together weigh {all_places}, to {option} {best}."
        ),
        "rationed": N_(
            "To work near home came first, and no job was offered: the chance was {chance}, the draw {draw}."
        ),
        "held_up": N_("It was put off: {why}."),
        "why.closed": N_("roads were closed"),
        "why.festival": N_("Spring Festival was near"),
        "share": N_("Of a hundred in {her} position who think it over, {shares}."),
        "share.one": N_("{count} would {option}"),
        "share.few": N_("hardly any would {option}"),
        "share.go": N_("leave for another place"),
        "under": N_("under {share}"),
        "places": N_("Where those who go would go: {places}."),
        "loses_job": N_("The chance to lose the job was {chance}, and the draw {draw}: {so}."),
        "finds_job": N_("The chance to find a job was {chance}, and the draw {draw}: {so}."),
        "so.loses_job": N_("{she} lost it"),
        "so_not.loses_job": N_("{she} kept it"),
        "so.finds_job": N_("{she} found one"),
        "so_not.finds_job": N_("{she} found none"),
        "idea": N_(
            "{She} thought of a business of {her} own that month: it needs {capital} yuan, and {she} had {sources} to draw on."
        ),
        "idea.savings": N_("savings of {savings}"),
        "idea.grant": N_("a grant of {grant}"),
        "idea.loan": N_("a loan of {loan}"),
        "idea.guaranteed": N_("a guaranteed loan of {loan}"),
        "idea.poor": N_("The capital could not be raised."),
        "idea.starts": N_(
            "The idea is among the best {rank} in a hundred, and one among the best {enough} is worth it: {she} started."
        ),
        "idea.not": N_(
            "The idea is only among the best {rank} in a hundred, and it takes one among the best {enough}: {she} let it go."
        ),
        "reason.other": N_("on the other side, {term}"),
        "reason": N_("{term} ({amount})"),
        "term_figures": N_("{term}: {figures}"),
        "cell": N_("{amount} ({figures})"),
        "place": N_("{place} ({share})"),
        "reason_figures": N_("{term} ({figures}, {amount})"),
        "head.term": N_("what counts"),
        "row.value": N_("sum of the terms"),
        "row.chance": N_("chance, if thought over"),
        "row.draw": N_("luck: draw"),
        "row.luck": N_("luck: what it adds"),
        "row.total": N_("sum with luck"),
        "row.result": N_("result"),
        "result.first": N_("chosen"),
        "result.closed": N_("no offer"),
        "note": N_(
            "Numbers are log-odds: +0.69 doubles the odds of an option. As much as +0.69 is an income {factor} times as high. "
            "An income counts against {reference} yuan, which farming brings on average in the country."
        ),
    }
)

# --- twins --------------------------------------------------------------------------------------------------
TWINS = Words(
    {
        "two": N_(
            "Two lives of one worker, under {base} and under {policy}: seed {seed}; one simulated worker stands for {scale} real ones. Money is in yuan of the time."
        ),
        "same": N_(
            "The two lives are the same: in every month {she} did the same in the same place under both."
        ),
        "until": N_(
            "Until {month} {she} did the same in the same place under both. As that month began, {she} was {age} and {now}."
        ),
        "from_start": N_("The two lives part at once, in {month}."),
        "under": N_("Under {title}: {what}"),
        "nothing": N_("nothing changed, and {she} went on as before."),
        "cause.policy": N_(
            "It was the policy itself: with markets as without it, and {her} own past as without it, {she} would have done the same."
        ),
        "cause.others": N_(
            "It was not the policy that moved {her_object}, but others who moved because of it: in the markets that they left, {she} would have done the same without it."
        ),
        "cause.past": N_(
            "It was {her} own past under the policy: with what it had left, {she} would have done the same without it this month."
        ),
        "cause.each": N_("Each of these alone would have been enough: {causes}."),
        "cause.only": N_("Only together did they make the difference: {causes}."),
        "both": N_("{one} + {two}"),
        "name.policy": N_("the policy itself"),
        "name.others": N_("markets as others had moved them"),
        "name.past": N_("{her} own past under the policy"),
        "levers": N_("Of the policy, this reached {her_object} that month: {levers}."),
        "levers.none": N_("Nothing of the policy reached {her_object} that month."),
        "past.savings_yuan": N_("savings of {two} instead of {one} yuan"),
        "past.pay_yuan": N_("a job of {two} instead of {one} yuan a month"),
        "past.is_insured": N_("insurance"),
        "past.is_insured.less": N_("no insurance"),
        "past.is_trained": N_("a completed course"),
        "past.is_trained.less": N_("no completed course"),
        "past.is_displaced": N_("a lost job that {she} still counted as {her} own"),
        "past.is_displaced.less": N_("no lost job on {her} mind"),
        "past": N_("By then {her} past under the policy had left {differences}."),
        "chance.loses_job": N_(
            "The chance to lose the job was {one} under {base} and {two} under {policy}; the draw was {draw}."
        ),
        "chance.finds_job": N_(
            "The chance to find a job was {one} under {base} and {two} under {policy}; the draw was {draw}."
        ),
        "offer": N_(
            "An offer of work near home had a chance of {one} under {base} and {two} under {policy}; the draw was {draw}."
        ),
        "heed": N_(
            "The chance to think it over was {one} under {base} and {two} under {policy}; the draw was {draw}."
        ),
        "heed.none": N_("Under {title} there was nothing to decide."),
        "decision": N_("What {she} weighed up changed: {changes}."),
        "idea.none": N_("Under {title} {she} did not think of a business that month."),
        "idea": N_("Under {title}: {what}"),
        "margins": N_(
            "Under {base} the first choice ({one}) led by {lead_one}; under {policy} it was to {two}, by {lead_two}."
        ),
        "as_before": N_("{She} went on as before."),
        "change": N_("{option}: {term} {amount}"),
        "change.figures": N_("{option}: {term} ({one} under {base}, {two} under {policy}) {amount}"),
        "totals": N_("From {month} to {last}"),
        "totals.earned": N_("earned, yuan"),
        "totals.remittance": N_("sent home, yuan"),
        "totals.support": N_("grants and benefits received, yuan"),
        "totals.savings": N_("savings at the end, yuan"),
        "totals.away": N_("months at work away"),
        "totals.local": N_("months in local work or a business"),
        "totals.apart": N_("months in which the two do something else, or elsewhere"),
        "head.month": N_("month"),
        "found": N_(
            "{count} workers fit in {month}, and of {apart} of them the two lives part; told is worker {worker}, picked by the seed from the half whose lives are apart longest."
        ),
        "found.none": N_(
            "{count} workers fit in {month}, and of none do the two lives part; told is worker {worker}, picked by the seed."
        ),
        "chart": N_("{base} (above) and {policy} (below), seed {seed}, 1:{scale}. {parts}"),
        "chart.parts": N_("The line marks {month}, where they part."),
        "chart.same": N_("The two lives are the same."),
        "chart.gain": N_("Earned and received under the policy, less the other, summed up (yuan)"),
    }
)

# --- who changes --------------------------------------------------------------------------------------------
STATES = Words(
    {  # as what many do
        "farm": N_("farm or are idle at home"),
        "local_work": N_("work near home"),
        "own_business": N_("run a business at home"),
        "away_county_town": N_("are away in towns of under 1 million"),
        "away_city": N_("are away in cities of 1 to 3 million"),
        "away_large_city": N_("are away in cities of 3 to 5 million"),
        "away_mega_city": N_("are away in cities of over 5 million"),
        "settled": N_("are registered in a city"),
    }
)
INSTEAD = Words(
    {
        "farm": N_("farming or being idle at home"),
        "local_work": N_("working near home"),
        "own_business": N_("running a business at home"),
        "away_county_town": N_("being away in towns of under 1 million"),
        "away_city": N_("being away in cities of 1 to 3 million"),
        "away_large_city": N_("being away in cities of 3 to 5 million"),
        "away_mega_city": N_("being away in cities of over 5 million"),
        "settled": N_("being registered in a city"),
    }
)
CHANGERS = Words(
    {
        "title": N_("Who moves because of it: {policy} against {base}"),
        "intro": N_(
            "Of {persons} workers {apart} do something else at some time because of {policy}, or do it elsewhere; at the end of {month} {ends} are in another position. "
            "One run of seed {seed}, 1:{scale}: the numbers hold chance. Told are the ways on which more go than come back beyond chance."
        ),
        "none": N_(
            "No way is told from chance: on none do more workers go than come back by more than chance would bring. A finer scale sees more."
        ),
        "group": N_("{count} more people {after} instead of {before}"),
        "numbers": N_(
            "{workers} simulated workers go this way, and {opposite} the other. Most are {sexes} from {region}, {education}; half are over {age}."
        ),
        "causes": N_("What moved them: {causes} ({sampled} looked at)."),
        "cause": N_("{share} {cause}"),
        "by.policy": N_("by the policy itself"),
        "by.others": N_("by others who moved because of it"),
        "by.past": N_("by what their own past under the policy had left"),
        "typical": N_("One of them: {title}."),
        "alt": N_("{title}: {typical}"),
        "group_said": N_("{title}. {about}"),
        "sexes.female": N_("women"),
        "sexes.male": N_("men"),
        "chart": N_(
            "{policy} against {base}, seed {seed}, 1:{scale}. A typical worker of each group: above without the policy, below with it; the line marks where they part."
        ),
    }
)
