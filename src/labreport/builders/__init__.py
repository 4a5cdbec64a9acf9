"""Answers and figures that many reports need, each answer with prose that its findings choose.

Import them from `labreport`. Each answer names its prose, a template in `labreport/frame/answers/`, in its
fact `prose`; a project's own `templates/questions/SLUG.html` takes its place.
"""
