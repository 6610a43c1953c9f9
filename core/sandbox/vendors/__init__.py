"""One imitation vendor a module, named as its connector; each offers ``imitation`` for the contract suite."""
