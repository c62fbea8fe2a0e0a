"""The pages people touch: texts, views, and the static page that draws them."""
