"""The audit trail: who read or changed whose data, in a chain that shows what was taken out, changed or cut off."""
