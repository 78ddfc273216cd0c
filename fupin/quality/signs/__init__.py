"""Signs that figures were made up (数字脱贫): clues for a person to look, never a score of anybody."""
