"""One condition: parsed, type-checked, compiled, judged, explained. See `parsing`, `sqltext`, `judging`."""
