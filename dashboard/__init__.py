"""What a person sees. ``panel serve dashboard`` runs :mod:`dashboard.main`."""
