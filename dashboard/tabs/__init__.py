"""The tabs of a contact's card, one module per group (R-CRM-3)."""
