"""What other limits would have said to the athletes of this installation, before anybody sets them.

Their stored histories are played twice through the one judge, by the pack in force and by the one that would be, in a
process of its own. Nothing is changed, and nothing is sent. `run.Previewer` judges, `tell.to_json` tells; that other
process imports `compare` alone, and so starts without the database layer.
"""
