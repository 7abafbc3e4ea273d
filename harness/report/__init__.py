"""What people read: a campaign as it happens and at its end. Everything comes from the journal."""
