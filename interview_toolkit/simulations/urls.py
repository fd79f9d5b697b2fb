from django.urls import path

from interview_toolkit.simulations import views

urlpatterns = [
    path("entretien/simulation/<int:pk>/commencer/", views.start, name="start_simulation"),
    path("entretien/jouer/<uuid:public_id>/", views.simulation, name="simulation"),
    path("entretien/jouer/<uuid:public_id>/tour/<int:number>/rejouer/", views.replay, name="replay_turn"),
]
