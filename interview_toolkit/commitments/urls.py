from django.urls import path

from interview_toolkit.commitments import views

urlpatterns = [
    path("mon-parcours/essais/", views.commitments, name="commitments"),
    path("mon-parcours/essais/nouveau/", views.new_commitment, name="new_commitment"),
    path("mon-parcours/essais/<uuid:public_id>/", views.commitment, name="commitment"),
    path("mon-parcours/essais/<uuid:public_id>/retirer/", views.withdraw_commitment, name="withdraw_commitment"),
    path("mon-parcours/essais/<uuid:public_id>/binome/", views.ask_pair, name="ask_pair"),
    path("mon-parcours/essais/<uuid:public_id>/binome/reprendre/", views.take_back_pair, name="take_back_pair"),
    path("mon-parcours/binomes/<uuid:public_id>/", views.pair, name="pair"),
]
