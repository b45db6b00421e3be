"""What partners' commissions, conversions and statements come to: values in, decision out."""
