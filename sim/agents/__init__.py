"""One worker, seen as a person: the Mesa agent, and why it acts as it does."""
