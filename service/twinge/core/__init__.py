"""The pure core: values in, values out.

It imports the standard library only, and of that neither the clock, chance, the environment, the network nor the
log. Live service, backtest and replay all come in by one door, `judge`.
"""
