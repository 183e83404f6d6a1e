"""What runs the project on one machine: embedded PostgreSQL, databases, Airflow's processes."""
