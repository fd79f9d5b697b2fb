from django.urls import path

from interview_toolkit.techniques import views

urlpatterns = [
    path("entretien/carte/<str:code>/", views.technique_card, name="technique_card"),
    path("entretien/phrase/<int:pk>/servi/", views.phrase_served, name="phrase_served"),
]
