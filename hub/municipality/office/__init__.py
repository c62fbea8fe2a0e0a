"""The municipality's office: decides about orders and queries; its pages for the staff."""
