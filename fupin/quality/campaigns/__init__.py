"""Collection campaigns (信息采集): rounds, who visits which household, paper forms, progress, spot checks."""
