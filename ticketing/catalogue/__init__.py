"""What a site decides of its tickets: types, states, fields, forms, categories, templates."""
