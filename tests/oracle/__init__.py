"""An independent judge of conflicts: it shares no geometry code with the product.

Lateral: the ellipsoid itself, through PROJ's `Geod` (Karney's geodesics, about 15 nm) and GEOS
(shapely) on an azimuthal equidistant map of each pair. Vertical and time: exact rational numbers.
Used are only the product's value types. `lateral` states the error bounds.
"""
