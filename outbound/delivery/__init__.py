"""A letter's way: render, route, send, mind the doubts, settle, recover. Each step claims its own handful.

Read `send` first: it is the last inch, where a letter can be lost or doubled.
"""

from outbound.delivery.doubts import mind_doubts
from outbound.delivery.house import House
from outbound.delivery.look_up import forget_look_ups, precheck
from outbound.delivery.recover import hold_overdue, recover
from outbound.delivery.reminders import repeats, send_reminders, tidy_reminders
from outbound.delivery.render import render_handful
from outbound.delivery.route import route_handful
from outbound.delivery.runs import give_orders
from outbound.delivery.send import send_handful
from outbound.delivery.settle import fetch, keep, pair, settle

__all__ = [
    "House",
    "fetch",
    "forget_look_ups",
    "give_orders",
    "hold_overdue",
    "keep",
    "mind_doubts",
    "pair",
    "precheck",
    "recover",
    "render_handful",
    "repeats",
    "route_handful",
    "send_handful",
    "send_reminders",
    "settle",
    "tidy_reminders",
]
