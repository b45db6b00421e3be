"""Files that another system wrote, brought in: read line by line, each line whole or refused with its number."""
