"""Who the customers are: the columns of a customer and how a customer is born."""
