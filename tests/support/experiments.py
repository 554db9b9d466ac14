"""Experiments small enough to be run in a test."""

SMALL_SWEEP = """
title: {en: Two, zh: 两}
question: How much?
scenario: startup-support
period: {from: 2024-01, to: 2025-12}
scale: 1:1000000
seeds: 2
design:
  kind: grid
  factors:
    grant:
      label: {en: grant, zh: 补}
      keys: [levers.startup_grant.effects.startup_grant_yuan.set]
      values: [0, 5000]
outcomes: [businesses]
figure: {outcome: businesses, x: grant}
"""
