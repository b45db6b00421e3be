"""The ladder that members climb: tiers, the tracks that place a member on one, periods, and what was decided when."""
