"""The order of the warehouse's migrations; what each one does is SQL in include/sql/schema/."""
