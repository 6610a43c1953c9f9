"""From a vendor's page to stored rows: the connector contract, discovery and the pull loop."""
